import type { Counter } from '../run/run.ts'

/** What the counters of caps hold; for people, because a claim checks its counters in its own transaction. */
export interface CapUsage {
  /** Returns how many runs each counter holds, in order. Throws PortUnavailable when the table does not answer. */
  used(counters: readonly Counter[]): Promise<readonly number[]>
}
