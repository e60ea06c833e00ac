import { backoffByAgeMs } from '../../run/backoff.ts'
import type { ParkedRun, ParkReason, Run, RunError } from '../../run/run.ts'
import { isSourceDayFull, nextDayMs } from '../../run/source-day.ts'
import { type Attempt, hasToWait } from '../../run/start-safety.ts'
import { breakerOpenError } from './park-behind-breaker.ts'
import type { StartContext } from './start-context.ts'

/** What is to be claimed, or the parked record that it is. */
type Candidate = Attempt & Pick<Run, 'projectId' | 'cancel'> & Partial<Pick<ParkedRun, 'createdAtMs'>>

/**
 * Why a run may not be claimed yet, and until when: its domain or project is paused, others of its asset or data source
 * are going, its data source has had its runs of the day, or a breaker is open. What starts nothing is kept from it by
 * others only, because while they go, a run that List shows could be theirs: what is only claimed to be cancelled, and
 * what has waited for too long and is rejected once it is known that it never was started (P9). Others may go, or wait
 * for a cap, for long: whoever waits behind them looks again ever more rarely.
 */
export const parkingReason = async (
  attempt: Candidate,
  others: readonly Run[],
  context: StartContext,
): Promise<
  { readonly reason: ParkReason; readonly retryAtMs: number; readonly error?: RunError } | undefined
> => {
  const { clock, settings, switches, gate } = context
  const ageMs = (): number => clock.now() - (attempt.createdAtMs ?? clock.now())
  const isOver = ageMs() > settings.maxWaitMs
  const isStart = attempt.cancel === undefined && !isOver
  const pause = isStart ? await switches.pauseOf(attempt.subject.domainId, attempt.projectId) : undefined
  const nowMs = clock.now()
  const lookAgainAtMs = nowMs + settings.lookAgainMs
  if (pause !== undefined) return { reason: 'PAUSED', retryAtMs: lookAgainAtMs }
  if (hasToWait(attempt, others)) {
    return {
      reason: 'BEHIND',
      retryAtMs: nowMs + backoffByAgeMs(ageMs(), settings.lookAgainMs, settings.parkMs),
    }
  }
  if (!isStart) return undefined
  if (attempt.subject.kind === 'DATA_SOURCE' && isSourceDayFull(others, nowMs, settings.sourceRunsPerDay)) {
    return { reason: 'SOURCE_DAY_FULL', retryAtMs: nextDayMs(nowMs) }
  }
  const breaker = await gate.blockedBy('Start', attempt)
  // Behind a full quota an open Start is looked for all the same.
  if (
    breaker === undefined ||
    (breaker.cause.reason === 'QUOTA_EXCEEDED' && attempt.earlierStart !== undefined)
  ) {
    return undefined
  }
  return { reason: breaker.cause.reason, retryAtMs: lookAgainAtMs, error: breakerOpenError(breaker) }
}
