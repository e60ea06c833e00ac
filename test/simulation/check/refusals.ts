import { historyOf, type Item, inner, nameOf, number, text, typesKey } from './items.ts'
import type { Rule } from './rule.ts'

/** After this long, every Start that was in progress has ended, even the slowest. */
const underWayMs = 120_000
/** The slowest Start takes effect within this time. Its caller may have given up or crashed before the refusals began. */
const slowestMs = 60_000

/**
 * When requests probe a breaker that a denied permission opened, in minutes after the first refusal. A probe is a Start and
 * a GetAsset, which shows whether only the project was wrong. Here a full quota is probed only after the month turns.
 */
const probesAtMinutes = [1, 3, 7, 15, 30, 45, 60, 75]

/**
 * P7: a breaker limits the calls that DataZone refuses. Each request may have been in progress when the refusals began, and
 * each accident may have kept a refusal from the breaker. After that, one request at a time probes it, less and less often.
 */
export const breakersLimitRefusedCalls: Rule = ({ refusalSpans, accidentsMs, sent, quotaEnds }) =>
  refusalSpans.flatMap(({ error, fromMs, untilMs, calls }) => {
    const accidents = accidentsMs.filter((atMs) => atMs >= fromMs - slowestMs && atMs < untilMs).length
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
        // Several calls at once may be about one asset.
        const atOnce = Math.max(
          ...early.map(
            ({ atMs }) => early.filter((one) => one.atMs >= atMs && one.atMs < atMs + 1_000).length,
          ),
        )
        const requests = Math.max(new Set(early.map(({ about }) => about)).size, atOnce)
        const mostEarly = requests + accidents + (isDenied ? 2 * projects : 0)
        // Another project may be denied for the first time later on.
        const mostLate = probes + accidents + (isDenied ? (projects - 1) * atOnce : 0)
        const callsRefused = `calls were refused with ${error} ${key}`.trimEnd()
        return [
          ...(early.length > mostEarly
            ? [`${early.length} ${callsRefused} in the first minutes, where at most ${mostEarly} are due`]
            : []),
          ...(late.length > mostLate
            ? [`${late.length} ${callsRefused} after that, where at most ${mostLate} are due`]
            : []),
        ]
      },
    )
  })

/** P1: a run that was started in the portal is never adopted. */
export const portalRunsAreLeftAlone: Rule = ({ items, portalRuns }) =>
  items
    .filter((item) => portalRuns.has(text(item, 'runId') ?? ''))
    .map((item) => `${nameOf(item)} holds ${item['runId']}, which was started in the portal`)

const pausedAt = (item: Item): readonly number[] =>
  historyOf(item).flatMap((line) =>
    text(line, 'what')?.startsWith('parked: PAUSED') === true ? [number(line, 'atMs')] : [],
  )

/** After this long, every function has read the switch, and each request that was released before is parked. */
const switchReadMs = 120_000
/** How far clocks may differ: a line that is dated just before the end of a pause may have been written after it. */
const clocksMs = 5_000

/** P11: a paused request is parked once in a pause, and its record is not written again. */
export const pausedWorkIsNotWritten: Rule = ({ items, pauses }) =>
  pauses.flatMap(({ fromMs, untilMs }) =>
    items.flatMap((item) => {
      const times = pausedAt(item).filter((atMs) => atMs > fromMs + switchReadMs && atMs < untilMs - clocksMs)
      return times.length > 1 ? [`${nameOf(item)} was parked ${times.length} times during one pause`] : []
    }),
  )

/**
 * P9: no request is rejected for a refusal, because here every refusal ends in time. Not checked in worlds with caps: a
 * prober that finds its cap full proves nothing, and only one a minute probes.
 */
export const refusalsEndInTime: Rule = ({ items, scenario }) =>
  items.flatMap((item) => {
    if (scenario.caps.length > 0) return []
    const parked = historyOf(item).flatMap((line) => text(line, 'what')?.match(/^parked: (\w+)/)?.[1] ?? [])
    const last = parked.at(-1)
    const isGivenUp = text(inner(item, 'error'), 'name') === 'WaitedTooLong'
    return isGivenUp && (last === 'DENIED' || last === 'QUOTA_EXCEEDED')
      ? [`${nameOf(item)} was rejected while parked as ${last}, though the refusals had ended`]
      : []
  })
