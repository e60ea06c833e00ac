import { isCounter } from '../../../lib/adapters/dynamodb/counter-item.ts'
import type { Counter } from '../../../lib/run/run.ts'

/** The counters of caps in a simulated table. */
export interface CapCounters {
  /** Returns how many runs a counter holds. A damaged one counts as full. */
  runsIn(counter: Counter): number
  add(counter: Counter, runs: number): void
  /** Sets a counter to any value, and returns the former one. */
  plant(counter: Counter, runs: unknown): unknown
  /** Returns every counter that holds a number. */
  all(): readonly (Counter & { readonly runs: number })[]
}

/** Creates counters. Without `checks`, a damaged one counts as empty. */
export const capCounters = (checks: boolean): CapCounters => {
  const counters = new Map<string, { readonly counter: Counter; readonly runs: unknown }>()
  const nameOf = ({ cap, period }: Counter): string => JSON.stringify([cap, period])
  const isSound = (runs: unknown): runs is number => typeof runs === 'number' && isCounter({ runs })

  const runsIn = (counter: Counter): number => {
    const runs = counters.get(nameOf(counter))?.runs ?? 0
    if (isSound(runs)) return runs
    return checks ? Number.POSITIVE_INFINITY : 0
  }
  const plant = (counter: Counter, runs: unknown): unknown => {
    const before = counters.get(nameOf(counter))?.runs
    counters.set(nameOf(counter), { counter, runs })
    return before
  }
  return {
    runsIn,
    plant,
    add: (counter, runs) => void plant(counter, runsIn(counter) + runs),
    all: () =>
      [...counters.values()].flatMap(({ counter, runs }) =>
        typeof runs === 'number' ? [{ ...counter, runs }] : [],
      ),
  }
}
