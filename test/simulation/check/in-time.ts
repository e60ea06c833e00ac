import type { Outside, SeenRun } from '../outside.ts'
import { isAbout, knownStatuses, statusOf } from './events.ts'
import { type Item, nameOf, number } from './items.ts'
import type { Rule } from './rule.ts'

const sweepMs = 60_000

const slackMs = 20_000

/** What was on its way when the storm ended may still hit who waits for it. */
const aftermathMs = 180_000

/** When an ending could be announced that came about at `atMs`: not before the bus, or the table, answers again. */
const announceableMs = ({ trial }: Outside, atMs: number): number =>
  trial !== undefined &&
  /^(bus-|table-outage)/.test(trial.kind) &&
  atMs > trial.fromMs - 2 * sweepMs &&
  atMs < trial.untilMs
    ? Math.max(atMs, trial.untilMs)
    : atMs

/**
 * When it is known whose a run that has ended is. A foreign run could be ours while a Start that was sent in the storm is
 * open, which takes longer when two runs appeared meanwhile and no field shows which one is ours.
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

/** Lateness is promised while DataZone answers and sweeps finish: for runs that began once it was calm. */
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
          `${nameOf(item)} ended and was announced ${announcement === undefined ? 'never' : `after ${announcement.takenAtMs - run.endsAtMs} ms`}`,
        ]
  })
}

const hintedMs = 30_000
/** While a Start of ours is open, a run of others is looked at again each minute: it could be ours. */
const openStartMs = 90_000

/** A Start that was sent in the storm takes effect at most this late, and no record may have its run id then. */
const startEffectMs = 60_000

/** With a hint that names its run or asset, seconds are promised. */
export const hintedInTime: Rule = (outside) => {
  const { runs, items, events, calmFromMs, endMs, hintedStatuses, hintedSourceStatuses } = outside
  return runs.flatMap((run) => {
    const knownMs = knowableMs(outside, run)
    const busMs = announceableMs(outside, knownMs)
    // What a bus refused is sent by the next sweep.
    const sentAgainMs = busMs > knownMs ? sweepMs + slackMs : 0
    const dueMs = busMs + sentAgainMs + hintedMs + (run.isForeign === true ? openStartMs : 0)
    const isStormy = run.createdAtMs < calmFromMs + startEffectMs
    const hinted = run.types.length === 0 ? hintedSourceStatuses : hintedStatuses
    if (isStormy || dueMs > endMs || !hinted.includes(run.status)) return []
    const item = items.find((one) => one['runId'] === run.id)
    if (item === undefined) return []
    const announcement = events.find((event) => isAbout(event, item) && statusOf(event) === run.status)
    return announcement !== undefined && announcement.takenAtMs <= dueMs
      ? []
      : [
          `${nameOf(item)} had a hint and was announced ${announcement === undefined ? 'never' : `after ${announcement.takenAtMs - run.endsAtMs} ms`}`,
        ]
  })
}

/** Not stuck: its data source's day, or a cap, is full, and another day or month had not begun at the end. */
const waitsForNextPeriod = (item: Item, endMs: number): boolean =>
  (item['reason'] === 'SOURCE_DAY_FULL' || item['reason'] === 'CAP_FULL') && number(item, 'retryAtMs') > endMs

/** Not stuck either: it waits behind a request of its asset that waits for the next period. */
const waitsBehind = (item: Item, items: readonly Item[], endMs: number): boolean =>
  item['reason'] === 'BEHIND' &&
  items.some(
    (other) =>
      other['assetId'] === item['assetId'] && other['state'] === 'PARKED' && waitsForNextPeriod(other, endMs),
  )

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
          ? [`${nameOf(item)} is still in flight, at DataZone it is ${truth.status}`]
          : []
      }
      default:
        return []
    }
  })
