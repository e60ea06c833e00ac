import type { Outside } from '../outside.ts'
import { isAbout, statusOf } from './events.ts'
import {
  type Item,
  inner,
  isPlanned,
  list,
  nameOf,
  number,
  requestKeyOf,
  revisionOf,
  subjectOf,
  targetOf,
  text,
} from './items.ts'
import type { Rule } from './rule.ts'

const sweepMs = 60_000
const slackMs = 20_000

/** How long a call or message from the storm may still delay work in the calm. */
const aftermathMs = 180_000

/** A lease, and the time in which a Start that was sent under it takes effect. */
const openStartMs = 125_000

/** How long after a lost release a sweep releases the record again. */
const releaseHoldMs = 15 * sweepMs

/** How far clocks may differ, and how long a call takes. */
const clocksMs = 5_000

const requestedAtMs = (item: Item): number => number(inner(item, 'request'), 'requestedAtMs')
const cancelOf = (item: Item): Item => inner(item, 'cancel')
const cancelRequestOf = (item: Item): string | undefined => text(cancelOf(item), 'requestId')

/** Returns when the cancel was recorded, by the record's history. */
const notedAtMs = (item: Item): number | undefined => {
  const lines = list(item, 'history').map((line) => inner({ line }, 'line'))
  const line = lines.find((one) => text(one, 'what')?.startsWith('cancel requested by') === true)
  return line === undefined ? undefined : number(line, 'atMs')
}

const runOf = ({ runs }: Outside, item: Item) => runs.find((run) => run.id === item['runId'])

/** Returns the revision of a record, or the one that its request names where it is not resolved yet. */
const requestedRevisionOf = (item: Item) => revisionOf(item) ?? text(inner(item, 'request'), 'revision')

const isCovered = (item: Item, cancel: { readonly assetId: string; readonly revision?: string }): boolean =>
  targetOf(item) === cancel.assetId &&
  (cancel.revision === undefined || cancel.revision === requestedRevisionOf(item)) &&
  !isPlanned(item)

/**
 * Returns by when a request to cancel is handled: within seconds in the calm, but only after hours where it was sent in
 * the storm, since the operator may have to redrive it.
 */
const handledByMs = (atMs: number, calmFromMs: number): number =>
  atMs > calmFromMs + aftermathMs ? atMs + slackMs : calmFromMs + 2.5 * 3_600_000

/** A record that existed when a request to cancel it was sent has the cancel, unless it ended soon afterwards. */
export const cancelRequestsAreHonored: Rule = ({ sent, items, modes, calmFromMs }) =>
  sent.flatMap(({ atMs, cancel }) => {
    if (cancel === undefined) return []
    const untilMs = handledByMs(atMs, calmFromMs)
    const wasOff = modes.some(
      ({ mode, fromMs }, index) =>
        mode === 'off' && fromMs < untilMs && (modes[index + 1]?.fromMs ?? untilMs) > atMs - clocksMs,
    )
    if (wasOff) return []
    return items
      .filter(
        (item) =>
          isCovered(item, cancel) &&
          item['dataSourceId'] === undefined &&
          requestedAtMs(item) <= cancel.requestedAtMs &&
          number(item, 'createdAtMs') < atMs - clocksMs &&
          !(number(item, 'detectedAtMs') <= untilMs),
      )
      .filter((item) => cancelRequestOf(item) === undefined)
      .map((item) => `${nameOf(item)} has no cancel, though ${cancel.id} asked for one`)
  })

/** A run that is canceled, on its record or at DataZone, was canceled by a request that covers it, or at its deadline. */
export const cancelsWereRequested: Rule = (outside) =>
  outside.items.flatMap((item) => {
    const truth = runOf(outside, item)
    const isCanceled = item['ending'] === 'CANCELED' || truth?.status === 'CANCELED'
    const by = cancelRequestOf(item)
    const isByDeadline = by === undefined && outside.scenario.cancelsAtDeadline
    if (!isCanceled || (isByDeadline && item['ending'] === 'TIMED_OUT')) return []
    const requests = outside.sent.filter(
      ({ cancel }) =>
        cancel !== undefined &&
        cancel.id === by &&
        isCovered(item, cancel) &&
        requestedAtMs(item) <= cancel.requestedAtMs,
    )
    return requests.length > 0
      ? []
      : [`${nameOf(item)} was canceled, and the request on its record (${by}) does not cover it`]
  })

/**
 * A cancel that is in the history is also on the record. Data source runs are exempt, because DataZone cannot cancel one
 * that has started.
 */
export const cancelsStayOnRecord: Rule = ({ items }) =>
  items
    .filter(
      (item) =>
        item['dataSourceId'] === undefined &&
        notedAtMs(item) !== undefined &&
        cancelRequestOf(item) === undefined,
    )
    .map((item) => `${nameOf(item)} has lost its cancel`)

/** A run whose cancel DataZone accepted ends within the time that a cancel takes. */
export const acceptedCancelsTakeEffect: Rule = (outside) =>
  outside.items.flatMap((item) => {
    const sentAtMs = number(cancelOf(item), 'sentAtMs')
    const truth = runOf(outside, item)
    return truth !== undefined && truth.endsAtMs > sentAtMs + outside.cancelMs + clocksMs
      ? [`${nameOf(item)} continued at DataZone, which had accepted its cancel`]
      : []
  })

/** No run starts long after its cancel is on record, and none continues for long. */
export const canceledDoNotRun: Rule = (outside) =>
  outside.items.flatMap((item) => {
    const atMs = notedAtMs(item)
    const truth = runOf(outside, item)
    if (atMs === undefined || truth === undefined) return []
    // The starter may adopt a foreign run as ours when it looks for the run of an earlier Start.
    const isLate = truth.isForeign !== true && truth.createdAtMs > atMs + openStartMs
    // In the storm a cancel may fail often, and sweeps retry it until the run's deadline. A sweep repeats a release that
    // the queue refused once `releaseHoldMs` has passed.
    const isCalm = atMs > outside.calmFromMs + aftermathMs
    const cancelableFromMs = Math.max(atMs, truth.createdAtMs)
    const calmDueMs = cancelableFromMs + 2 * sweepMs + slackMs
    const stormDueMs = Math.max(
      cancelableFromMs + 25 * sweepMs,
      outside.calmFromMs + releaseHoldMs + 2 * sweepMs,
    )
    const dueMs = (isCalm ? calmDueMs : stormDueMs) + outside.cancelMs
    const continues =
      item['dataSourceId'] === undefined && truth.endsAtMs > dueMs && number(item, 'detectedAtMs') > dueMs
    return [
      ...(isLate ? [`${nameOf(item)} was started ${truth.createdAtMs - atMs} ms after its cancel`] : []),
      ...(continues ? [`${nameOf(item)} continued at DataZone long after its cancel`] : []),
    ]
  })

/** After this long, a record is due by every clock, and the index shows it. */
const shownMs = 60_000

/** No pause and no open breaker holds a record that is to be canceled, because nothing is started for it. */
export const dueCancelsAreReleased: Rule = ({ cancelsDue, sweptMs }) => {
  const passedOver = cancelsDue.flatMap(({ key, fromMs, untilMs }) => {
    const sweeps = sweptMs.filter((atMs) => atMs > fromMs + shownMs && atMs < untilMs - sweepMs)
    return sweeps.length >= 2 ? [key] : []
  })
  return [...new Set(passedOver)].map(
    (key) => `${key} was due to be canceled, and at least two sweeps did not release it`,
  )
}

/** A record with a cancel ends, as CANCELED or REJECTED where it never had a run, and is not retried. */
export const canceledEnd: Rule = ({ items }) =>
  items.flatMap((item) => {
    if (cancelRequestOf(item) === undefined) return []
    const next = items.find(
      (other) =>
        subjectOf(other) === subjectOf(item) &&
        number(other, 'attempt') === number(item, 'attempt') + 1 &&
        requestKeyOf(other) === requestKeyOf(item) &&
        revisionOf(item) !== undefined,
    )
    const neverRan = item['runId'] === undefined
    return [
      ...(item['state'] === 'ENDED' ? [] : [`${nameOf(item)} has a cancel, but is still ${item['state']}`]),
      ...(neverRan && item['state'] === 'ENDED' && !['CANCELED', 'REJECTED'].includes(String(item['ending']))
        ? [`${nameOf(item)} was canceled before it ran, but ended as ${item['ending']}`]
        : []),
      ...(item['willRetry'] === true || next !== undefined
        ? [`${nameOf(item)} was canceled, but retried`]
        : []),
    ]
  })

/** In the calm, the ending of a canceled run is announced within two sweeps, like any other. */
export const canceledInTime: Rule = (outside) =>
  outside.items.flatMap((item) => {
    const truth = runOf(outside, item)
    if (item['ending'] !== 'CANCELED' || truth?.status !== 'CANCELED') return []
    const dueMs = truth.endsAtMs + 2 * sweepMs + slackMs
    if (truth.createdAtMs < outside.calmFromMs + aftermathMs || dueMs > outside.endMs) return []
    const announcement = outside.events.find(
      (event) => isAbout(event, item) && statusOf(event) === 'CANCELED',
    )
    return announcement !== undefined && announcement.takenAtMs <= dueMs
      ? []
      : [
          `${nameOf(item)} was canceled, and that was ${announcement === undefined ? 'never announced' : 'announced late'}`,
        ]
  })

/** Where the policy orders `cancelAtDeadline`, a run that timed out does not continue at DataZone. */
export const overdueAreCanceled: Rule = (outside) =>
  outside.items.flatMap((item) => {
    const truth = runOf(outside, item)
    const isCalm = number(item, 'detectedAtMs') > outside.calmFromMs + aftermathMs
    return outside.scenario.cancelsAtDeadline &&
      isCalm &&
      item['ending'] === 'TIMED_OUT' &&
      item['dataSourceId'] === undefined &&
      truth !== undefined &&
      !outside.forgotten.has(truth.id) &&
      // A cancel from the last moments of a world takes effect after its end.
      truth.endsAtMs > outside.endMs + outside.cancelMs
      ? [`${nameOf(item)} timed out, but its DataZone run continues`]
      : []
  })
