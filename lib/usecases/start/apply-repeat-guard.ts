import { runKey } from '../../run/identity.ts'
import { repeatOf } from '../../run/repeat-guard.ts'
import type { EndedRun, ParkedRun, Run } from '../../run/run.ts'
import { transition } from '../../run/transition.ts'
import type { NewAttempt } from './new-attempt.ts'
import type { RequestOutcome } from './request-outcome.ts'
import type { StartContext } from './start-context.ts'

interface Guarded {
  readonly attempts: readonly NewAttempt[]
  readonly skipped: readonly RequestOutcome[]
}

/**
 * Removes the attempts that the repeat guard skips, and notes each skip on the run that explains it. Returns undefined
 * when another invocation has written one of those runs: the records must be read again.
 */
export const applyRepeatGuard = async (
  attempts: readonly NewAttempt[],
  waiting: ParkedRun,
  records: readonly Run[],
  { store, clock }: StartContext,
): Promise<Guarded | undefined> => {
  const kept: NewAttempt[] = []
  const skipped: RequestOutcome[] = []
  const repeated = new Set<EndedRun>()
  for (const attempt of attempts) {
    const run = repeatOf(attempt.subject, waiting, records, clock.now())
    if (run === undefined) kept.push(attempt)
    else {
      repeated.add(run)
      skipped.push({ outcome: 'skipped', reason: 'REPEAT_GUARD', of: runKey(run) })
    }
  }
  const { requestKey } = waiting.request
  for (const run of repeated) {
    const next = transition(run, { kind: 'REPEAT_SKIPPED', requestKey }, clock.now())
    if (next.outcome === 'noted' && (await store.save(next.run)) === undefined) return undefined
  }
  return { attempts: kept, skipped }
}
