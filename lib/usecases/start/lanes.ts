import type { Records } from '../../ports/run-store.ts'
import { isSameSubject } from '../../run/identity.ts'
import type { ParkedRun, Run, Subject } from '../../run/run.ts'
import { transition } from '../../run/transition.ts'
import type { StartContext } from './start-context.ts'

/**
 * Parks a backfill request that comes from the queue, so that live requests go first: a sweep releases it within its share
 * of the Starts. A request that was written before has been released already.
 */
export const backfillWait = (
  request: ParkedRun,
  { settings, clock }: StartContext,
): { readonly reason: 'BACKFILL'; readonly retryAtMs: number } | undefined =>
  request.request.lane === 'backfill' && request.version === 0 && settings.mode === 'run'
    ? { reason: 'BACKFILL', retryAtMs: clock.now() }
    : undefined

/**
 * Moves the backfill records of a live request's subjects to the live lane, due now: a live request must not wait behind a
 * backfill, whether it is its duplicate or makes the attempt after it. Returns the records as they are then, or undefined
 * when another invocation has written one: the records must be read again.
 */
export const moveToLive = async (
  request: ParkedRun,
  subjects: readonly Subject[],
  records: Records,
  { store, clock }: StartContext,
): Promise<Records | undefined> => {
  if (request.request.lane !== 'live') return records
  const { requestKey } = request.request
  const runs: Run[] = []
  for (const run of records.runs) {
    const next = subjects.some((subject) => isSameSubject(run.subject, subject))
      ? transition(run, { kind: 'MOVED_TO_LIVE', requestKey }, clock.now())
      : undefined
    if (next?.outcome !== 'changed') runs.push(run)
    else {
      const saved = await store.save(next.run)
      if (saved === undefined) return undefined
      runs.push(saved)
    }
  }
  return { ...records, runs }
}
