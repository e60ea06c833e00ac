import type { Outside, SeenRun } from '../outside.ts'
import { dataOf, metadataOf, statusOf } from './events.ts'
import { inner, isForeign, nameOf, number, requestKeyOf, text } from './items.ts'
import type { Rule } from './rule.ts'

/** What clocks differ by, and what a run may be older than the claim it is taken for. */
const skewMs = 12_000

/** Runs of others are followed where the policy says so, and each on a record that is about it and nothing else. */
export const foreignRunsAreFollowedOnlyByPolicy: Rule = ({ items, runs, scenario }) =>
  items.flatMap((item) => {
    const run = runs.find(({ id }) => id === item['runId'])
    if (!isForeign(item)) {
      // Nothing shows whose a run is that was made while a Start of ours was open; but it must have been made then.
      return run?.isForeign === true && run.createdAtMs < number(item, 'createdAtMs') - skewMs
        ? [`${nameOf(item)} has the foreign run ${run.id}, which was there before`]
        : []
    }
    if (!scenario.follows) return [`${nameOf(item)} is followed against the policy`]
    if (item['runId'] !== item['foreignRunId']) return [`${nameOf(item)} holds ${text(item, 'runId')}`]
    return run?.isForeign === true ? [] : [`${nameOf(item)} is our own run, taken for a foreign one`]
  })

const dayMs = 24 * 3_600_000

/** An event is looked at so long. */
const keptMs = 40 * 60_000

const modeWasRun = ({ modes, endMs }: Outside, fromMs: number, untilMs: number): boolean =>
  modes.every(
    (span, index) =>
      span.mode === 'run' || (modes[index + 1]?.fromMs ?? endMs) < fromMs || span.fromMs > untilMs,
  )

/** While the fate of a Start of ours is not known, and for a day after it was given up, a run may be ours. */
const mayHaveBeenOurs = ({ items }: Outside, run: SeenRun): boolean =>
  items.some(
    (item) =>
      item['dataSourceId'] === run.assetId &&
      text(inner(item, 'error'), 'name') === 'StartUnknown' &&
      run.createdAtMs >= number(item, 'createdAtMs') - skewMs &&
      run.createdAtMs <= number(item, 'detectedAtMs') + dayMs,
  )

/** In the calm each one that DataZone sends an event of is on exactly one record. Two are caught by the rule of one run. */
export const foreignRunsAreFollowed: Rule = (outside) => {
  const { hints, runs, items, scenario, calmFromMs, endMs } = outside
  if (!scenario.follows) return []
  return runs.flatMap((run) => {
    const seen = hints.find(({ name, id }) => name === 'Data Source Run Triggered' && id === run.id)
    if (run.isForeign !== true || seen === undefined || seen.atMs < calmFromMs) return []
    if (seen.atMs + keptMs > endMs || !modeWasRun(outside, seen.atMs - keptMs, seen.atMs + keptMs)) return []
    return items.some((item) => item['runId'] === run.id) || mayHaveBeenOurs(outside, run)
      ? []
      : [`foreign run ${run.id} is followed by no record`]
  })
}

/** A foreign run has one announcement, under the id of the event that reported it. */
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
      ...(ids.size > 1 ? [`${nameOf(item)} was announced under ${ids.size} ids`] : []),
      ...wrong.map(() => `${nameOf(item)} was announced for another cause`),
    ]
  })

/** From reading the records to Start, once it is calm. */
const decidingMs = 5_000

/** What is followed holds up what is asked for: no Start is spent on a source that is known to have an active run. */
export const startsWaitForForeignRuns: Rule = ({
  startsWhileSourceActive: sourcesMetGoing,
  items,
  runs,
  calmFromMs,
}) =>
  sourcesMetGoing.flatMap((atMs) => {
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
      : [`a Start met ${nameOf(active)} active, at ${new Date(atMs).toISOString()}`]
  })
