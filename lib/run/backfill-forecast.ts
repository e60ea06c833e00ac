import { type Cap, incrementsFor } from './caps.ts'
import type { Counter, GenerationType } from './run.ts'

/** Runs of a plan that count in the same caps. */
export interface RunGroup {
  readonly projectId: string
  readonly types: readonly GenerationType[]
  readonly runs: number
}

/** How much of a budget a plan takes in one month. */
interface BudgetShare {
  readonly cap: string
  /** `2026-11`, in UTC. */
  readonly month: string
  /** What backfill may use of the month, before this plan: the limit less the reserve for live work and what is used. */
  readonly room: number
  readonly runs: number
}

export interface Forecast {
  /** Runs by month, from this month on. The last month is the one in which the plan ends. */
  readonly months: readonly { readonly month: string; readonly runs: number }[]
  readonly budgets: readonly BudgetShare[]
  /** Runs for which no month has room, because a cap leaves backfill nothing. */
  readonly never: number
}

const monthsAhead = 120
const dayMs = 24 * 3_600_000

const monthOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 7)

const nextMonthMs = (atMs: number): number => {
  const at = new Date(atMs)
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1)
}

/** Budgets of one month by counter: what is left for backfill, and what the plan takes. */
const budgetsOf = (
  atMs: number,
  usedOf: (counter: Counter) => number,
): {
  readonly of: (
    group: RunGroup,
    domainId: string,
    caps: readonly Cap[],
  ) => readonly { cap: string; room: number; runs: number }[]
  readonly all: () => readonly { readonly cap: string; readonly room: number; readonly runs: number }[]
} => {
  const daysLeft = Math.ceil((nextMonthMs(atMs) - atMs) / dayMs)
  const budgets = new Map<string, { cap: string; room: number; runs: number }>()
  return {
    of: ({ projectId, types }, domainId, caps) => {
      const subject = { kind: 'METADATA_GENERATION', domainId, assetId: '', types } as const
      const run = { subject, projectId, request: { lane: 'backfill' } } as const
      return incrementsFor(run, caps, atMs).map(({ counter, limit }) => {
        const key = JSON.stringify([counter.cap, counter.period])
        const whole = counter.period.startsWith('DAY#') ? limit * daysLeft : limit
        const budget = budgets.get(key) ?? {
          cap: counter.cap,
          room: Math.max(0, whole - usedOf(counter)),
          runs: 0,
        }
        budgets.set(key, budget)
        return budget
      })
    },
    all: () => [...budgets.values()],
  }
}

/**
 * Returns in which months the runs of a plan find room in the caps, if live work uses no more of them than is reserved for
 * it. `usedOf` returns what a counter holds now.
 */
export const forecastRuns = (
  groups: readonly RunGroup[],
  where: { readonly domainId: string; readonly caps: readonly Cap[] },
  usedOf: (counter: Counter) => number,
  nowMs: number,
): Forecast => {
  let left = groups.filter(({ runs }) => runs > 0)
  const months: { month: string; runs: number }[] = []
  const shares: BudgetShare[] = []
  let emptyMonths = 0
  for (let atMs = nowMs; left.length > 0 && months.length < monthsAhead; atMs = nextMonthMs(atMs)) {
    const budgets = budgetsOf(atMs, usedOf)
    const month = monthOf(atMs)
    let taken = 0
    left = left.flatMap((group) => {
      const counted = budgets.of(group, where.domainId, where.caps)
      const runs = Math.min(group.runs, ...counted.map((budget) => budget.room - budget.runs))
      for (const budget of counted) budget.runs += runs
      taken += runs
      return runs < group.runs ? [{ ...group, runs: group.runs - runs }] : []
    })
    months.push({ month, runs: taken })
    shares.push(...budgets.all().map((budget) => ({ ...budget, month })))
    // This month may be full; a whole month without room shows that there never is any.
    emptyMonths = taken === 0 ? emptyMonths + 1 : 0
    if (emptyMonths > 1) break
  }
  return {
    months: months.slice(0, months.findLastIndex(({ runs }) => runs > 0) + 1),
    budgets: shares,
    never: left.reduce((sum, { runs }) => sum + runs, 0),
  }
}
