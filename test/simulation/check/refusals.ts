import { type Item, inner, list, nameOf, number, text, typesKey } from './items.ts'
import type { Rule } from './rule.ts'

/** Until every Start that was under way is over, the slowest included. */
const underWayMs = 120_000

/**
 * After the first refusal, in minutes; for a permission a Start, and a GetAsset that shows whether it was only the wrong
 * project. Of a full quota none, before the month turns.
 */
const probesAtMinutes = [1, 3, 7, 15, 30, 45, 60, 75]

/**
 * P7: each request may have been under way when the refusals began, or be cut off before it could say what it heard;
 * after that one prober asks for all, ever more rarely.
 */
export const breakersLimitRefusedCalls: Rule = ({ refusedTimes, sent, quotaEnds }) =>
  refusedTimes.flatMap(({ error, untilMs, accidents, calls }) => {
    const isDenied = error === 'AccessDeniedException'
    // A publish whose event names no project has a breaker of its own until GetAsset answers.
    const isWithoutProject = sent.some(
      ({ body, request }) => request !== undefined && !/project\d/.test(body),
    )
    const projects =
      1 + (sent.some(({ body }) => body.includes('project2')) ? 1 : 0) + (isWithoutProject ? 1 : 0)
    return [...Map.groupBy(calls, ({ types }) => (isDenied ? '' : typesKey(types)))].flatMap(
      ([key, asked]) => {
        const firstMs = Math.min(...asked.map(({ atMs }) => atMs))
        const early = asked.filter(({ atMs }) => atMs < firstMs + underWayMs)
        const late = asked.filter(({ atMs }) => atMs >= firstMs + underWayMs)
        const probes = isDenied
          ? 2 * projects * probesAtMinutes.filter((minutes) => firstMs + minutes * 60_000 <= untilMs).length
          : quotaEnds === 'turn'
            ? 2
            : 0
        // Several at once may be about one asset.
        const atOnce = Math.max(
          ...early.map(
            ({ atMs }) => early.filter((one) => one.atMs >= atMs && one.atMs < atMs + 1_000).length,
          ),
        )
        const requests = Math.max(new Set(early.map(({ about }) => about)).size, atOnce)
        const mostEarly = requests + accidents + (isDenied ? 2 * projects : 0)
        // Another project may be denied for the first time later on.
        const mostLate = probes + accidents + (isDenied ? (projects - 1) * atOnce : 0)
        const asks = `DataZone was asked in vain (${error} ${key})`
        return [
          ...(early.length > mostEarly
            ? [`${asks} ${early.length} times at first, at most ${mostEarly} are due`]
            : []),
          ...(late.length > mostLate
            ? [`${asks} ${late.length} times later on, at most ${mostLate} are due`]
            : []),
        ]
      },
    )
  })

/** A foreign run is never taken for ours. */
export const portalRunsAreLeftAlone: Rule = ({ items, portalRuns }) =>
  items
    .filter((item) => portalRuns.has(text(item, 'runId') ?? ''))
    .map((item) => `${nameOf(item)} holds ${item['runId']}, which was started in the portal`)

const linesOf = (item: Item): readonly Item[] =>
  list(item, 'history').flatMap((line) => (typeof line === 'object' && line !== null ? [{ ...line }] : []))

const pausedAt = (item: Item): readonly number[] =>
  linesOf(item).flatMap((line) =>
    text(line, 'what')?.startsWith('parked: PAUSED') === true ? [number(line, 'atMs')] : [],
  )

/** By then every function has read the switch, and what was released before has been parked. */
const switchReadMs = 120_000
/** A history is written by clocks that differ: a line about the end of a pause may be from after it. */
const clocksMs = 5_000

/** P11: what is paused waits in the table and is not written again and again. */
export const pausedWorkIsNotWritten: Rule = ({ items, pauses }) =>
  pauses.flatMap(({ fromMs, untilMs }) =>
    items.flatMap((item) => {
      const times = pausedAt(item).filter((atMs) => atMs > fromMs + switchReadMs && atMs < untilMs - clocksMs)
      return times.length > 1 ? [`${nameOf(item)} was parked ${times.length} times in one pause`] : []
    }),
  )

/**
 * P9 is for refusals that last; here every refusal ends in time. Not said of what a cap may hold back by then:
 * probers that find it full prove nothing, one a minute.
 */
export const refusalsEndInTime: Rule = ({ items, scenario }) =>
  items.flatMap((item) => {
    if (scenario.caps.length > 0) return []
    const parked = linesOf(item).flatMap((line) => text(line, 'what')?.match(/^parked: (\w+)/)?.[1] ?? [])
    const last = parked.at(-1)
    const isGivenUp = text(inner(item, 'error'), 'name') === 'WaitedTooLong'
    return isGivenUp && (last === 'DENIED' || last === 'QUOTA_EXCEEDED')
      ? [`${nameOf(item)} was given up on as ${last}, though that was over`]
      : []
  })
