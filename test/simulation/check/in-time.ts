import type { Outside, SeenRun } from '../outside.ts'
import { isAbout, knownStatuses, statusOf } from './events.ts'
import { historyOf, type Item, nameOf, number, text } from './items.ts'
import type { Rule } from './rule.ts'

const sweepMs = 60_000

const slackMs = 20_000

/** How long a call or message from the storm may still delay work in the calm. */
const aftermathMs = 180_000

/** Returns when an ending of `atMs` can be announced: not before the bus and the table answer again. */
const announceableMs = ({ trial }: Outside, atMs: number): number =>
  trial !== undefined &&
  /^(bus-|table-outage)/.test(trial.kind) &&
  atMs > trial.fromMs - 2 * sweepMs &&
  atMs < trial.untilMs
    ? Math.max(atMs, trial.untilMs)
    : atMs

/**
 * Returns when the system can know that an ended run is foreign, or ours. A foreign run could be ours while the result of a
 * Start from the storm is unknown, which takes longer where two runs appeared and no field shows which one is ours.
 */
const knowableMs = ({ openStarts, calmFromMs }: Outside, { isForeign, assetId, endsAtMs }: SeenRun): number =>
  Math.max(
    endsAtMs,
    ...openStarts
      .filter(
        ({ dataSourceId, fromMs, untilMs }) =>
          isForeign === true &&
          dataSourceId === assetId &&
          fromMs < Math.min(calmFromMs, endsAtMs) &&
          untilMs > endsAtMs,
      )
      .map(({ untilMs }) => untilMs),
  )

/** P6: the ending of a run that began in the calm is announced within two sweep periods and the staleness of List. */
export const inTime: Rule = (outside) => {
  const { runs, items, events, calmFromMs, listLagMs, endMs } = outside
  return runs.flatMap((run) => {
    const dueMs = announceableMs(outside, knowableMs(outside, run)) + 2 * sweepMs + listLagMs + slackMs
    if (run.createdAtMs < calmFromMs + aftermathMs || dueMs > endMs) return []
    const item = items.find((one) => one['runId'] === run.id)
    if (item === undefined || !['SUCCEEDED', 'FAILED', 'PARTIALLY_SUCCEEDED'].includes(run.status)) return []
    const announcement = events.find((event) => isAbout(event, item) && statusOf(event) === run.status)
    return announcement !== undefined && announcement.takenAtMs <= dueMs
      ? []
      : [
          `${nameOf(item)} ended and was ${announcement === undefined ? 'never announced' : `announced after ${announcement.takenAtMs - run.endsAtMs} ms`}`,
        ]
  })
}

const hintedMs = 30_000
/** While a Start of ours is open, the system looks again each minute at a foreign run that could be ours. */
const openStartMs = 90_000

/** A Start from the storm takes effect at most this late. No record may have its run id when its run ends. */
const startEffectMs = 60_000

/**
 * Returns whether DynamoDB refused every write of a run's id until the run had ended. Its hint then finds no record with this
 * id, and the sweep announces the ending.
 */
const isRecordedLate = ({ trial }: Outside, item: Item, { id, endsAtMs }: SeenRun): boolean =>
  trial?.kind === 'contended-writes' &&
  historyOf(item).some(
    (line) => text(line, 'what')?.startsWith(`started as ${id}`) === true && number(line, 'atMs') > endsAtMs,
  )

/** P6: the ending of a run is announced within seconds where a hint names the run or its asset. */
export const hintedInTime: Rule = (outside) => {
  const { runs, items, events, calmFromMs, endMs, hintedStatuses, hintedSourceStatuses } = outside
  return runs.flatMap((run) => {
    const knownMs = knowableMs(outside, run)
    const busMs = announceableMs(outside, knownMs)
    // The next sweep sends what the bus refused.
    const sentAgainMs = busMs > knownMs ? sweepMs + slackMs : 0
    const dueMs = busMs + sentAgainMs + hintedMs + (run.isForeign === true ? openStartMs : 0)
    const isStormy = run.createdAtMs < calmFromMs + startEffectMs
    const hinted = run.types.length === 0 ? hintedSourceStatuses : hintedStatuses
    if (isStormy || dueMs > endMs || !hinted.includes(run.status)) return []
    const item = items.find((one) => one['runId'] === run.id)
    if (item === undefined || isRecordedLate(outside, item, run)) return []
    const announcement = events.find((event) => isAbout(event, item) && statusOf(event) === run.status)
    return announcement !== undefined && announcement.takenAtMs <= dueMs
      ? []
      : [
          `${nameOf(item)} had a hint and was ${announcement === undefined ? 'never announced' : `announced after ${announcement.takenAtMs - run.endsAtMs} ms`}`,
        ]
  })
}

/** Returns whether a record waits for the next day or month, because its data source's day or a cap is full. */
const waitsForNextPeriod = (item: Item, endMs: number): boolean =>
  (item['reason'] === 'SOURCE_DAY_FULL' || item['reason'] === 'CAP_FULL') && number(item, 'retryAtMs') > endMs

/** Returns whether a record waits behind a request for the same asset that waits for the next day or month. */
const waitsBehind = (item: Item, items: readonly Item[], endMs: number): boolean =>
  item['reason'] === 'BEHIND' &&
  items.some(
    (other) =>
      other['assetId'] === item['assetId'] && other['state'] === 'PARKED' && waitsForNextPeriod(other, endMs),
  )

/** P9: at the end of a world no record is open whose time has come, and none is in flight whose DataZone run has ended. */
export const nothingStuck: Rule = ({ items, runs, endMs }) =>
  items.flatMap((item) => {
    switch (item['state']) {
      case 'CLAIMED':
      case 'PARKED':
        return waitsForNextPeriod(item, endMs) || waitsBehind(item, items, endMs)
          ? []
          : [`${nameOf(item)} is still ${item['state']} (${item['reason'] ?? 'lease'})`]
      case 'IN_FLIGHT': {
        const truth = runs.find((run) => run.id === item['runId'])
        return truth !== undefined && knownStatuses.includes(truth.status)
          ? [`${nameOf(item)} is still in flight, but its DataZone run is ${truth.status}`]
          : []
      }
      default:
        return []
    }
  })
