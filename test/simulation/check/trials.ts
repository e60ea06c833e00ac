import type { Outside } from '../outside.ts'
import {
  backlogAssets,
  leasedAsset,
  parkedAsset,
  pausedAsset,
  type Trial,
  trialAssets,
  trialSource,
} from '../trials.ts'
import { isAbout, statusOf } from './events.ts'
import { historyOf, nameOf, number, startedTypes, text } from './items.ts'
import type { Rule } from './rule.ts'

const sweepMs = 60_000
const slackMs = 20_000

/** To read, claim and wait for one of a dozen slots, with a call or two retried in place and one timeout of the bus. */
const startedMs = 20_000
/** With the older API, the types that it knows get a record of their own, which the next sweep releases. */
const splitMs = 90_000
/** A sweep whose write is refused leaves the record to the next sweep. */
const contendedSplitMs = splitMs + sweepMs
/** The first request closes a breaker that a refusal of the storm opened. Requests beside it wait for a sweep. */
const closedMs = 90_000
/** A sweep, the time until List proves that no Start of the lease took effect, and the sweep after it. */
const foundMs = 8 * 60_000

const isSplit = ({ apiGeneration, scenario }: Outside): boolean =>
  apiGeneration === 'older' && scenario.sets.flat().some((type) => type !== 'BUSINESS_DESCRIPTIONS')

const targets = new Set([...trialAssets, ...backlogAssets, trialSource])

/** P13: how soon after an outage every request that waited is tried. */
const triedMs = 60_000
/** The lowest rate at which waiting requests start, in Starts a second: 95% of the configured rate. */
const drainRate = 9.3

/** Returns when a trial lets a request of `atMs` start: after a table outage, once the backlog has drained. */
const startableMs = ({ kind, untilMs }: Trial, atMs: number): number =>
  kind === 'table-outage' ? Math.max(atMs, untilMs + triedMs + (targets.size / drainRate) * 1000) : atMs

/**
 * P13: a fault of the bus or the table delays no Start. The exception is a table outage: requests that waited for its end
 * are tried within 60 seconds after it, and start at the full rate.
 */
export const trialsStartInTime: Rule = (outside) => {
  const { trial, runs, sent, refusalSpans } = outside
  if (trial === undefined || trial.kind === 'absurd-counters') return []
  const mayMeetBreaker = refusalSpans.length > 0
  const releasedMs = trial.kind === 'contended-writes' ? contendedSplitMs : splitMs
  const withinMs =
    startedMs + (isSplit(outside) ? releasedMs : 0) + (mayMeetBreaker ? closedMs : 0) + 2 * outside.skewMs
  return sent.flatMap(({ atMs, request }) => {
    if (request === undefined || !targets.has(request.assetId)) return []
    const first = runs.find((run) => run.assetId === request.assetId)
    return first !== undefined && first.createdAtMs <= startableMs(trial, atMs) + withinMs
      ? []
      : [
          `${request.assetId} was ${first === undefined ? 'never started' : `started after ${first.createdAtMs - atMs} ms`} (${trial.kind})`,
        ]
  })
}

/** P8: a record is due now if it waits for a time farther ahead than the system ever sets. */
export const farAheadIsDueNow: Rule = ({ trial, runs }) =>
  trial?.kind !== 'absurd-items'
    ? []
    : [leasedAsset, parkedAsset].flatMap((assetId) => {
        const first = runs.find((run) => run.assetId === assetId)
        return first !== undefined && first.createdAtMs <= trial.fromMs + foundMs
          ? []
          : [
              `${assetId} was planted far ahead, and was ${first === undefined ? 'never started' : 'started late'}`,
            ]
      })

/** How long a starter may still act on a switch that it read before. */
const switchReadMs = 30_000
/** From the removal of a switch: one sweep that notices it, and the next, which releases the waiting requests. */
const resumedMs = 3 * sweepMs

/** P8: a malformed switch pauses its project until an operator removes it, and no longer. */
export const malformedSwitchesPause: Rule = ({ trial, runs, skewMs }) => {
  if (trial?.kind !== 'absurd-items') return []
  const first = runs.find((run) => run.assetId === pausedAsset)
  if (first === undefined) return [`${pausedAsset} was never started`]
  return [
    ...(first.createdAtMs > trial.fromMs + switchReadMs + 2 * skewMs && first.createdAtMs < trial.untilMs
      ? [`${pausedAsset} was started in spite of its malformed switch`]
      : []),
    ...(first.createdAtMs > trial.untilMs + resumedMs
      ? [`${pausedAsset} was started late after its switch was removed`]
      : []),
  ]
}

/** P7: no run is claimed while the counter of its cap is damaged, so that none exceeds the cap. */
export const damagedCountersStartNothing: Rule = ({ trial, items, scenario, skewMs }) => {
  if (trial?.kind !== 'absurd-counters') return []
  const dayOf = (atMs: number) => new Date(atMs).toISOString().slice(0, 10)
  return items.flatMap((item) => {
    const isCapped = scenario.caps.some(
      ({ domain, type }) =>
        (domain === undefined || domain === 'dzd_*') &&
        (type === undefined || startedTypes(item).includes(type)),
    )
    if (!isCapped || !trialAssets.includes(text(item, 'assetId') ?? '')) return []
    const claimed = historyOf(item).find((line) => {
      const atMs = number(line, 'atMs')
      const isInTrial = atMs > trial.fromMs + skewMs && atMs < trial.untilMs - skewMs
      // The counters of the next day are not damaged.
      const isSameDay = dayOf(trial.fromMs - skewMs) === dayOf(atMs + skewMs)
      return text(line, 'what') === 'claimed' && isInTrial && isSameDay
    })
    return claimed === undefined
      ? []
      : [`${nameOf(item)} was claimed while the counter of its cap was damaged`]
  })
}

/** P3, P6: while the bus accepts no event, endings are recorded in time. They are announced soon after it recovers. */
export const endingsOutlastBusFaults: Rule = ({ trial, runs, items, events, listLagMs, endMs }) => {
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
        ? [`${nameOf(item)} ended while the bus accepted no event, and was recorded late (${trial.kind})`]
        : []),
      ...(announcedMs < endMs && !(event !== undefined && event.takenAtMs <= announcedMs)
        ? [`${nameOf(item)} was announced late after the bus accepted events again (${trial.kind})`]
        : []),
    ]
  })
}
