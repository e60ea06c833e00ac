import type { Outside } from '../outside.ts'
import { leasedAsset, parkedAsset, trialAssets, trialSource } from '../trials.ts'
import { isAbout, statusOf } from './events.ts'
import { nameOf, number, text } from './items.ts'
import type { Rule } from './rule.ts'

const sweepMs = 60_000
const slackMs = 20_000

/** Reading, claiming and a dozen slots, with a call or two that is tried again in place, and the bus given up on once. */
const startedMs = 20_000
/** The older API runs the types that it knows in a record of their own, which the next sweep releases. */
const splitMs = 90_000
/** A sweep, the time until List proves that no Start of the lease took effect, and the sweep after it. */
const foundMs = 8 * 60_000

const isSplit = ({ apiGeneration, scenario }: Outside): boolean =>
  apiGeneration === 'older' && scenario.sets.flat().some((type) => type !== 'BUSINESS_DESCRIPTIONS')

const targets = new Set([...trialAssets, trialSource])

/** P13: while one fault of the bus or of the table lasts, every request is started as if there were none. */
export const trialsStartInTime: Rule = (outside) => {
  const { trial, runs, sent } = outside
  if (trial === undefined) return []
  const withinMs = startedMs + (isSplit(outside) ? splitMs : 0) + 2 * outside.skewMs
  return sent.flatMap(({ atMs, request }) => {
    if (request === undefined || !targets.has(request.assetId)) return []
    const first = runs.find((run) => run.assetId === request.assetId)
    return first !== undefined && first.createdAtMs <= atMs + withinMs
      ? []
      : [
          `${request.assetId} was started ${first === undefined ? 'never' : `after ${first.createdAtMs - atMs} ms`} (${trial.kind})`,
        ]
  })
}

/** P8: what waits for a time that this system never sets is due now. */
export const farAheadIsDueNow: Rule = ({ trial, runs }) =>
  trial?.kind !== 'absurd-items'
    ? []
    : [leasedAsset, parkedAsset].flatMap((assetId) => {
        const first = runs.find((run) => run.assetId === assetId)
        return first !== undefined && first.createdAtMs <= trial.fromMs + foundMs
          ? []
          : [`${assetId} was planted far ahead, and started ${first === undefined ? 'never' : 'late'}`]
      })

/** P3, P6: endings are recorded in time while the bus takes no event, and announced soon after it does again. */
export const endingsOutliveTheBus: Rule = ({ trial, runs, items, events, listLagMs, endMs }) => {
  if (trial === undefined || !trial.kind.startsWith('bus-')) return []
  return runs.flatMap((run) => {
    const item = items.find((one) => one['runId'] === run.id)
    if (run.endsAtMs < trial.fromMs || run.endsAtMs > trial.untilMs || item === undefined) return []
    if (!['SUCCEEDED', 'FAILED', 'PARTIALLY_SUCCEEDED'].includes(text(item, 'ending') ?? '')) return []
    const recordedMs = run.endsAtMs + 2 * sweepMs + listLagMs + slackMs
    const announcedMs = Math.max(trial.untilMs + sweepMs, recordedMs) + slackMs
    const event = events.find((one) => isAbout(one, item) && statusOf(one) === item['ending'])
    return [
      ...(number(item, 'detectedAtMs') > recordedMs
        ? [`${nameOf(item)} ended, and was recorded late, while the bus took no event (${trial.kind})`]
        : []),
      ...(announcedMs < endMs && !(event !== undefined && event.takenAtMs <= announcedMs)
        ? [`${nameOf(item)} was announced late after the bus came back (${trial.kind})`]
        : []),
    ]
  })
}
