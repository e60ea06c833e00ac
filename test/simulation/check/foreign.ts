import type { Outside, SeenRun } from '../outside.ts'
import { dataOf, metadataOf, statusOf } from './events.ts'
import { inner, isForeign, nameOf, number, requestKeyOf, text } from './items.ts'
import type { Rule } from './rule.ts'

/** How far clocks may differ, plus how much older than its claim an adopted run may be. */
const skewMs = 12_000

/** Foreign runs are followed only where the policy says so, each on a record of its own. */
export const foreignRunsAreFollowedOnlyByPolicy: Rule = ({ items, runs, scenario }) =>
  items.flatMap((item) => {
    const run = runs.find(({ id }) => id === item['runId'])
    if (!isForeign(item)) {
      // The starter may adopt a foreign run that was created while a Start of ours was open, but no older one.
      return run?.isForeign === true && run.createdAtMs < number(item, 'createdAtMs') - skewMs
        ? [`${nameOf(item)} holds foreign run ${run.id}, which is older than the record`]
        : []
    }
    if (!scenario.follows) return [`${nameOf(item)} is followed, though the policy does not say so`]
    if (item['runId'] !== item['foreignRunId'])
      return [`${nameOf(item)} follows a foreign run, but holds ${text(item, 'runId')}`]
    return run?.isForeign === true ? [] : [`${nameOf(item)} follows a run of our own as if it were foreign`]
  })

const dayMs = 24 * 3_600_000

/** How long the observer may retry an event. */
const keptMs = 40 * 60_000

const modeWasRun = ({ modes, endMs }: Outside, fromMs: number, untilMs: number): boolean =>
  modes.every(
    (span, index) =>
      span.mode === 'run' || (modes[index + 1]?.fromMs ?? endMs) < fromMs || span.fromMs > untilMs,
  )

/** Returns whether a foreign run may be ours: it began while the result of a Start was unknown, or up to a day later. */
const mayHaveBeenOurs = ({ items }: Outside, run: SeenRun): boolean =>
  items.some(
    (item) =>
      item['dataSourceId'] === run.assetId &&
      text(inner(item, 'error'), 'name') === 'StartUnknown' &&
      run.createdAtMs >= number(item, 'createdAtMs') - skewMs &&
      run.createdAtMs <= number(item, 'detectedAtMs') + dayMs,
  )

/** In the calm, every foreign run that DataZone sends an event about is on a record. */
export const foreignRunsAreFollowed: Rule = (outside) => {
  const { hints, runs, items, scenario, calmFromMs, endMs } = outside
  if (!scenario.follows) return []
  return runs.flatMap((run) => {
    const seen = hints.find(({ name, id }) => name === 'Data Source Run Triggered' && id === run.id)
    if (run.isForeign !== true || seen === undefined || seen.atMs < calmFromMs) return []
    if (seen.atMs + keptMs > endMs || !modeWasRun(outside, seen.atMs - keptMs, seen.atMs + keptMs)) return []
    return items.some((item) => item['runId'] === run.id) || mayHaveBeenOurs(outside, run)
      ? []
      : [`foreign run ${run.id} is on no record`]
  })
}

/** The ending of a foreign run is announced under one event id, with the event that reported the run as its cause. */
export const foreignRunsAreAnnouncedOnce: Rule = ({ items, events }) =>
  items.flatMap((item) => {
    if (!isForeign(item)) return []
    const seen = events.filter(
      (event) => statusOf(event) !== 'STARTED' && text(dataOf(event), 'runId') === item['foreignRunId'],
    )
    const ids = new Set(seen.map((event) => text(metadataOf(event), 'id')))
    const wrong = seen.filter(
      (event) => `event:${text(metadataOf(event), 'causationId')}` !== requestKeyOf(item),
    )
    return [
      ...(ids.size > 1 ? [`${nameOf(item)} was announced under ${ids.size} event ids`] : []),
      ...wrong.map(() => `${nameOf(item)} was announced with another event as its cause`),
    ]
  })

/** In the calm, the longest time from reading the records to the Start. */
const decidingMs = 5_000

/** A request for a data source waits while a followed run of it is active, so that no Start is spent on it. */
export const startsWaitForForeignRuns: Rule = ({ startsWhileSourceActive, items, runs, calmFromMs }) =>
  startsWhileSourceActive.flatMap((atMs) => {
    if (atMs < calmFromMs) return []
    const active = items.find((item) => {
      const run = runs.find(({ id }) => id === item['foreignRunId'])
      return (
        run !== undefined &&
        number(item, 'createdAtMs') <= atMs - decidingMs &&
        run.createdAtMs <= atMs &&
        run.endsAtMs > atMs &&
        !(number(item, 'detectedAtMs') <= atMs + skewMs)
      )
    })
    return active === undefined
      ? []
      : [`a Start was sent at ${new Date(atMs).toISOString()}, while ${nameOf(active)} was active`]
  })
