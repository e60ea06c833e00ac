import { spanOf } from './open-starts.ts'
import type { ClaimedRun } from './run.ts'

/**
 * After the table was restored to an earlier time, records that were written since are gone, and others are as they were
 * then. Their runs exist at DataZone, so a Start could make a second one (P1). While the guard is on, every Start is
 * preceded by a search of List for a run that no record holds.
 */

/**
 * Returns a claimed run as it must be compared with List: as if a Start of it had been open since the time that the table
 * went back to. A regenerated run and one of a data source are new runs by request, so only a run that began after their
 * request can be theirs.
 */
export const asOfRestore = (run: ClaimedRun, restoredToMs: number): ClaimedRun => {
  const { request, subject } = run
  const isNewByRequest = request.regenerate || subject.kind === 'DATA_SOURCE'
  const sinceMs = isNewByRequest ? Math.max(restoredToMs, request.requestedAtMs) : restoredToMs
  return {
    ...run,
    createdAtMs: Math.min(run.createdAtMs, sinceMs),
    earlierStart: spanOf(run.earlierStart, { firstAtMs: sinceMs, lastAtMs: run.startSent.firstAtMs }),
  }
}
