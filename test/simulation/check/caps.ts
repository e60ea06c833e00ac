import type { Outside } from '../outside.ts'
import { historyOf, type Item, isHistoryComplete, isPlanned, number, startedTypes, text } from './items.ts'
import { isOnlyBackfill } from './lanes.ts'
import type { Rule } from './rule.ts'

type Cap = Outside['scenario']['caps'][number]

const dayMs = 24 * 3_600_000

/** How far clocks may differ. */
const clocksMs = 3_000
/** From the claim, which is counted, to the run: an invocation, and the time until a Start takes effect. */
const claimToRunMs = 95_000

interface Period {
  readonly name: string
  readonly fromMs: number
  readonly untilMs: number
  readonly limit: number
  readonly reserve: number
}

/** Returns the UTC days and months of a world that a cap limits. */
const periodsOf = (cap: Cap, firstMs: number, lastMs: number): readonly Period[] => {
  const periods: Period[] = []
  const reserve = cap.reserveForLive ?? 0
  for (let fromMs = firstMs - (firstMs % dayMs); fromMs <= lastMs; fromMs += dayMs) {
    const day = new Date(fromMs).toISOString().slice(0, 10)
    const inMonth = { name: `MONTH#${day.slice(0, 7)}`, reserve, limit: cap.perMonth ?? 0 }
    const month = {
      ...inMonth,
      fromMs: Date.parse(`${day.slice(0, 7)}-01T00:00:00Z`),
      untilMs: Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7))),
    }
    if (cap.perMonth !== undefined && !periods.some(({ name }) => name === month.name)) periods.push(month)
    if (cap.perDay !== undefined)
      periods.push({
        name: `DAY#${day}`,
        fromMs,
        untilMs: fromMs + dayMs,
        limit: cap.perDay,
        reserve: cap.perMonth === undefined ? reserve : 0,
      })
  }
  return periods
}

const coversDomain = ({ domain }: Cap): boolean => domain === undefined || domain === 'dzd_*'

const isOfCap = (cap: Cap, types: readonly unknown[]): boolean =>
  coversDomain(cap) && types.length > 0 && (cap.type === undefined || types.includes(cap.type))

/** Returns each cap with each of its periods. */
const limits = ({ scenario, modes, endMs }: Outside) =>
  scenario.caps.flatMap((cap) =>
    periodsOf(cap, modes[0]?.fromMs ?? endMs, endMs).map((period) => ({ cap, period })),
  )

/** Returns the runs of a cap that no clock, however skewed, counts in another period. */
const runsIn = ({ runs }: Outside, cap: Cap, { fromMs, untilMs }: Period) =>
  runs.filter(
    (run) =>
      isOfCap(cap, run.types) &&
      run.createdAtMs >= fromMs + claimToRunMs + clocksMs &&
      run.createdAtMs < untilMs - clocksMs,
  )

export const runsStayWithinCaps: Rule = (outside) =>
  limits(outside).flatMap(({ cap, period }) => {
    const { length } = runsIn(outside, cap, period)
    return length > period.limit
      ? [`cap ${cap.name} allows ${period.limit} runs in ${period.name}, but there were ${length}`]
      : []
  })

export const backfillLeavesTheReserve: Rule = (outside) =>
  limits(outside).flatMap(({ cap, period }) => {
    const ofBackfill = runsIn(outside, cap, period).filter((run) =>
      outside.items.some((item) => item['runId'] === run.id && isOnlyBackfill(outside, item)),
    )
    return ofBackfill.length > period.limit - period.reserve
      ? [
          `backfill took ${ofBackfill.length} of the ${period.limit} runs of cap ${cap.name} in ${period.name}, of which ${period.reserve} are reserved`,
        ]
      : []
  })

const wasClaimed = (item: Item, { fromMs, untilMs }: Period): boolean =>
  !isHistoryComplete(item) ||
  historyOf(item).some((line) => {
    const atMs = number(line, 'atMs')
    return text(line, 'what') === 'claimed' && atMs >= fromMs - clocksMs && atMs < untilMs + clocksMs
  })

/** A cap counts each attempt once: to count each try would fill it too soon. */
export const attemptsAreCountedOnce: Rule = (outside) =>
  limits(outside).flatMap(({ cap, period }) => {
    const counted =
      outside.counters.find((one) => one.cap === cap.name && one.period === period.name)?.runs ?? 0
    const attempts = outside.items.filter(
      (item) => !isPlanned(item) && isOfCap(cap, startedTypes(item)) && wasClaimed(item, period),
    ).length
    return counted > attempts
      ? [
          `cap ${cap.name} counted ${counted} runs in ${period.name}, but only ${attempts} attempts were claimed`,
        ]
      : []
  })
