import type { Records } from '../../ports/run-store.ts'
import { isSameSubject } from '../../run/identity.ts'
import type { ParkedRun, Run, Subject } from '../../run/run.ts'
import { transition } from '../../run/transition.ts'
import type { StartContext } from './start-context.ts'

/**
 * Live goes first: a backfill request that comes from the queue waits in the table, for a sweep to release it within its
 * share of the Starts. One that was written before has been released.
 */
export const backfillWait = (
  request: ParkedRun,
  context: StartContext,
): { readonly reason: 'BACKFILL'; readonly retryAtMs: number } | undefined =>
  request.request.lane === 'backfill' && request.version === 0 && context.settings.mode === 'run'
    ? { reason: 'BACKFILL', retryAtMs: context.clock.now() }
    : undefined

/**
 * A live request must not wait behind what a backfill has waiting for the same subject, whether it is its duplicate or
 * makes the attempt after it: that goes live too, and is due. Answers the records as they are then; undefined: somebody
 * came between, and they are to be read again.
 */
export const moveToLive = async (
  request: ParkedRun,
  subjects: readonly Subject[],
  records: Records,
  context: StartContext,
): Promise<Records | undefined> => {
  if (request.request.lane !== 'live') return records
  const runs: Run[] = []
  for (const run of records.runs) {
    const next = subjects.some((subject) => isSameSubject(run.subject, subject))
      ? transition(
          run,
          { kind: 'MOVED_TO_LIVE', requestKey: request.request.requestKey },
          context.clock.now(),
        )
      : undefined
    if (next?.outcome !== 'changed') runs.push(run)
    else {
      const saved = await context.store.save(next.run)
      if (saved === undefined) return undefined
      runs.push(saved)
    }
  }
  return { ...records, runs }
}
