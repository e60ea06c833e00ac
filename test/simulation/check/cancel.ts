import type { Outside } from '../outside.ts'
import { isAbout, statusOf } from './events.ts'
import {
  type Item,
  inner,
  isPlan,
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

/** What was on its way when the storm ended may still hit who waits for it. */
const aftermathMs = 180_000

/** A lease, and what was sent under it taking effect. */
const openStartMs = 125_000

/** So long after a release that came to nothing the next one comes. */
const releaseHoldMs = 15 * sweepMs

/** What clocks differ by, and calls take. */
const clocksMs = 5_000

const wasAskedMs = (item: Item): number => number(inner(item, 'request'), 'requestedAtMs')
const cancelOf = (item: Item): Item => inner(item, 'cancel')
const askedBy = (item: Item): string | undefined => text(cancelOf(item), 'requestId')

/** When the cancel was requested, by the record's history. */
const notedAtMs = (item: Item): number | undefined => {
  const lines = list(item, 'history').map((line) => inner({ line }, 'line'))
  const line = lines.find((one) => text(one, 'what')?.startsWith('cancel requested by') === true)
  return line === undefined ? undefined : number(line, 'atMs')
}

const runOf = ({ runs }: Outside, item: Item) => runs.find((run) => run.id === item['runId'])

/** A request that waits may name its revision. */
const wantedOf = (item: Item) => revisionOf(item) ?? text(inner(item, 'request'), 'revision')

const isMeant = (item: Item, cancel: { readonly assetId: string; readonly revision?: string }): boolean =>
  targetOf(item) === cancel.assetId &&
  (cancel.revision === undefined || cancel.revision === wantedOf(item)) &&
  !isPlan(item)

/** Once it is calm a request to cancel is handled within seconds; until then it may have to be redriven. */
const handledByMs = (atMs: number, calmFromMs: number): number =>
  atMs > calmFromMs + aftermathMs ? atMs + slackMs : calmFromMs + 2.5 * 3_600_000

/** Whatever was on record when the request to cancel came, and went on for long after it, says so. */
export const cancelRequestsAreHonored: Rule = ({ sent, items, modes, calmFromMs }) =>
  sent.flatMap(({ atMs, cancel }) => {
    if (cancel === undefined) return []
    const untilMs = handledByMs(atMs, calmFromMs)
    const isIgnored = modes.some(
      ({ mode, fromMs }, index) =>
        mode === 'off' && fromMs < untilMs && (modes[index + 1]?.fromMs ?? untilMs) > atMs - clocksMs,
    )
    if (isIgnored) return []
    return items
      .filter(
        (item) =>
          isMeant(item, cancel) &&
          item['dataSourceId'] === undefined &&
          wasAskedMs(item) <= cancel.requestedAtMs &&
          number(item, 'createdAtMs') < atMs - clocksMs &&
          !(number(item, 'detectedAtMs') <= untilMs),
      )
      .filter((item) => askedBy(item) === undefined)
      .map((item) => `${nameOf(item)} went on, and ${cancel.id} had asked to cancel it`)
  })

/** What is cancelled, here or at DataZone, was asked to be, by a request that meant it. */
export const cancelsWereRequested: Rule = (outside) =>
  outside.items.flatMap((item) => {
    const truth = runOf(outside, item)
    const isCanceled = item['ending'] === 'CANCELED' || truth?.status === 'CANCELED'
    const by = askedBy(item)
    const isByDeadline = by === undefined && outside.scenario.cancelsAtDeadline
    if (!isCanceled || (isByDeadline && item['ending'] === 'TIMED_OUT')) return []
    const requests = outside.sent.filter(
      ({ cancel }) =>
        cancel !== undefined &&
        cancel.id === by &&
        isMeant(item, cancel) &&
        wasAskedMs(item) <= cancel.requestedAtMs,
    )
    return requests.length > 0 ? [] : [`${nameOf(item)} was cancelled, by ${by}, which did not ask for it`]
  })

/** A cancel in the history is still on the record. A data source run that started is past cancelling. */
export const cancelsStayOnRecord: Rule = ({ items }) =>
  items
    .filter(
      (item) =>
        item['dataSourceId'] === undefined && notedAtMs(item) !== undefined && askedBy(item) === undefined,
    )
    .map((item) => `${nameOf(item)} has lost its cancel`)

/** What DataZone took must have worked, or have been too late. */
export const acceptedCancelsTakeEffect: Rule = (outside) =>
  outside.items.flatMap((item) => {
    const sentAtMs = number(cancelOf(item), 'sentAtMs')
    const truth = runOf(outside, item)
    return truth !== undefined && truth.endsAtMs > sentAtMs + outside.cancelMs + clocksMs
      ? [`${nameOf(item)} is said to be cancelled at DataZone, and went on`]
      : []
  })

/** Nothing starts long after the cancel is on record, and what runs does not go on for long. */
export const canceledDoNotRun: Rule = (outside) =>
  outside.items.flatMap((item) => {
    const atMs = notedAtMs(item)
    const truth = runOf(outside, item)
    if (atMs === undefined || truth === undefined) return []
    // One that others started may be found, and taken for ours, when the Start that was open is looked for.
    const isLate = truth.isForeign !== true && truth.createdAtMs > atMs + openStartMs
    // In the storm a cancel may fail often; sweeps go on trying until the run's deadline. What the queue did not take is
    // released again once its hold is over.
    const isCalm = atMs > outside.calmFromMs + aftermathMs
    const asked = Math.max(atMs, truth.createdAtMs)
    const promptly = asked + 2 * sweepMs + slackMs
    const inStorm = Math.max(asked + 25 * sweepMs, outside.calmFromMs + releaseHoldMs + 2 * sweepMs)
    const dueMs = (isCalm ? promptly : inStorm) + outside.cancelMs
    const goesOn =
      item['dataSourceId'] === undefined && truth.endsAtMs > dueMs && number(item, 'detectedAtMs') > dueMs
    return [
      ...(isLate ? [`${nameOf(item)} was started ${truth.createdAtMs - atMs} ms after its cancel`] : []),
      ...(goesOn ? [`${nameOf(item)} went on at DataZone long after its cancel`] : []),
    ]
  })

/** By then clocks that differ agree that it is due, and the index shows it. */
const shownMs = 60_000

/** What is to be cancelled is kept by no pause, and by nothing that DataZone refuses: nothing is started for it. */
export const cancelsAreNotHeldBack: Rule = ({ cancelsDue, sweptMs }) => {
  const passedOver = cancelsDue.flatMap(({ key, fromMs, untilMs }) => {
    const sweeps = sweptMs.filter((atMs) => atMs > fromMs + shownMs && atMs < untilMs - sweepMs)
    return sweeps.length >= 2 ? [key] : []
  })
  return [...new Set(passedOver)].map((key) => `${key} was to be cancelled, and sweeps passed it over`)
}

/** What was asked to be cancelled ends, as CANCELED when DataZone never had a run of it, and is not tried again. */
export const canceledEnd: Rule = ({ items }) =>
  items.flatMap((item) => {
    if (askedBy(item) === undefined) return []
    const next = items.find(
      (other) =>
        subjectOf(other) === subjectOf(item) &&
        number(other, 'attempt') === number(item, 'attempt') + 1 &&
        requestKeyOf(other) === requestKeyOf(item) &&
        revisionOf(item) !== undefined,
    )
    const isUnrun = item['runId'] === undefined
    return [
      ...(item['state'] === 'ENDED' ? [] : [`${nameOf(item)} owes its cancel, and is ${item['state']}`]),
      ...(isUnrun && item['state'] === 'ENDED' && !['CANCELED', 'REJECTED'].includes(String(item['ending']))
        ? [`${nameOf(item)} was cancelled before it ran, and ended as ${item['ending']}`]
        : []),
      ...(item['willRetry'] === true || next !== undefined
        ? [`${nameOf(item)} was cancelled, and tried again`]
        : []),
    ]
  })

/** As for other endings: while all is well, within two sweeps. */
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
      : [`${nameOf(item)} was cancelled, and announced ${announcement === undefined ? 'never' : 'late'}`]
  })

/** Where the policy says so, a run that is given up does not go on at DataZone. */
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
      // The cancel of a world's last moment takes effect after it.
      truth.endsAtMs > outside.endMs + outside.cancelMs
      ? [`${nameOf(item)} was given up, and DataZone goes on with it`]
      : []
  })
