import type { DayCounts } from '../run/day-counts.ts'

/**
 * Counts endings for operators. Narrow, because no decision depends on a count: it is written after the record, and a crash
 * between the two loses it. Never throws.
 */
export interface RunCounters {
  add(counts: readonly DayCounts[]): Promise<void>
}

/** Reads what `RunCounters` keeps, for 400 days. Throws PortUnavailable when the table does not answer. */
export interface RunCounts {
  /** Returns the counts of every project that had an ending or a Start on a UTC day such as `2026-11-28`. */
  ofDay(day: string): Promise<readonly DayCounts[]>
  /** Returns every domain in which a run has ended. */
  domains(): Promise<readonly string[]>
}
