import type { Counter } from '../run/run.ts'

/** Reads the counters of caps for operators. A claim checks its counters in its own transaction instead. */
export interface CapUsage {
  /** Returns how many runs each counter holds, in order. Throws PortUnavailable when the table does not answer. */
  used(counters: readonly Counter[]): Promise<readonly number[]>
}
