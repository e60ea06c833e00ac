import type { Fact } from '../../lib/run/facts.ts'
import type { Run } from '../../lib/run/run.ts'
import { transition } from '../../lib/run/transition.ts'
import { claimedRun, minute, second, t0 } from './runs.ts'

export const nowMs = t0 + 30 * second

/** Facts of most kinds; those with a time happen at `nowMs`. */
export const facts = {
  claimed: { kind: 'CLAIMED', leaseEndsAtMs: nowMs + minute },
  released: { kind: 'RELEASED', holdUntilMs: nowMs + 15 * minute },
  refused: { kind: 'REFUSED', reason: 'DENIED', retryAtMs: nowMs + 15 * minute, definite: true },
  rejected: { kind: 'REJECTED', error: { name: 'ValidationException', message: 'no schema' } },
  started: { kind: 'STARTED', runId: 'run-1', nativeStatus: 'SUBMITTED', startedAtMs: nowMs },
  startedTwice: { kind: 'STARTED', runId: 'run-2', nativeStatus: 'SUBMITTED', startedAtMs: nowMs },
  active: { kind: 'OBSERVED', runId: 'run-1', nativeStatus: 'IN_PROGRESS' },
  unrecognized: { kind: 'OBSERVED', runId: 'run-1', nativeStatus: 'PAUSED' },
  failed: { kind: 'OBSERVED', runId: 'run-1', nativeStatus: 'FAILED' },
  anotherRun: { kind: 'OBSERVED', runId: 'run-2', nativeStatus: 'FAILED' },
  overdue: { kind: 'OVERDUE', nativeStatus: 'IN_PROGRESS' },
  unanswered: { kind: 'UNANSWERED' },
  missing: { kind: 'MISSING' },
  requestedAgain: { kind: 'REQUESTED_AGAIN', requestKey: 'event:2' },
  accepted: { kind: 'ACCEPTED', acceptedAtMs: t0 + 2 * minute },
  announced: { kind: 'ANNOUNCED' },
} satisfies Record<string, Fact>

/** A claim whose lease has ended. */
export const expiredClaim = claimedRun({
  leaseEndsAtMs: nowMs,
  startSent: { firstAtMs: t0, lastAtMs: nowMs },
})

/** Applies a fact and returns the resulting run. Throws if the fact changes nothing. */
export const afterFact = (run: Run, fact: Fact, atMs = nowMs): Run => {
  const next = transition(run, fact, atMs)
  if (next.outcome !== 'changed' && next.outcome !== 'noted')
    throw new Error(`${fact.kind} did not change the run: ${next.outcome}`)
  return next.run
}
