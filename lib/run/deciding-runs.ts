import type { Run } from './run.ts'

/**
 * Which records of a data source decide what happens to its next run.
 *
 * 1. A run that may be active decides for as long as it may be: it blocks every other run of its data source.
 * 2. A run that ended decides for `decidesForMs`: it counts in its UTC day, and an event about a run that an attempt
 *    with an unknown Start may have made arrives within 24 hours (foreign-run.ts).
 * 3. The attempts of a trigger decide about that trigger, whatever their age; they are found by its key.
 */

/** The last millisecond that an ISO 8601 date with a year of four digits can show. */
const alwaysMs = Date.UTC(10_000, 0) - 1

/** A day, and an hour for clocks that differ. */
const decidesForMs = 25 * 3_600_000

/**
 * When a data source run stopped being active, in ms since the epoch; the latest possible time while it may be active.
 * Undefined for a run of an asset, and for one that never started.
 */
export const activeUntilMs = (run: Run): number | undefined => {
  if (run.subject.kind !== 'DATA_SOURCE') return undefined
  switch (run.state) {
    case 'PLANNED':
      return undefined
    case 'PARKED':
      return run.earlierStart === undefined ? undefined : alwaysMs
    case 'CLAIMED':
    case 'IN_FLIGHT':
      return alwaysMs
    case 'ENDED':
      return run.detectedAtMs
    default:
      return run satisfies never
  }
}

/** From when on the ended runs of a data source decide. */
export const decidingSinceMs = (nowMs: number): number => nowMs - decidesForMs
