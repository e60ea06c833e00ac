import type { ParkedRun, ParkReason, Run, RunError } from '../run/run.ts'
import { isSourceDayFull, nextDayMs } from '../run/source-day.ts'
import { type Attempt, mustWait } from '../run/start-safety.ts'
import type { StarterTools } from './starter-tools.ts'
import { stoppedError } from './stopped-start.ts'

/** What is to be claimed, or the parked record that it is. */
type Candidate = Attempt & Pick<Run, 'projectId'> & Partial<Pick<ParkedRun, 'createdAtMs'>>

/**
 * Why a run may not be claimed yet, and until when: its domain or project is paused, others of its asset or data source
 * are going, its data source has had its runs of the day, or a breaker is open. One that has waited for too long is
 * claimed in a pause too, past breakers too: it starts nothing, and is rejected once it is known that it never did (P9).
 */
export const mustPark = async (
  attempt: Candidate,
  others: readonly Run[],
  tools: StarterTools,
): Promise<
  { readonly reason: ParkReason; readonly retryAtMs: number; readonly error?: RunError } | undefined
> => {
  const { clock, settings, switches, gate } = tools
  const isOver = clock.now() - (attempt.createdAtMs ?? clock.now()) > settings.maxWaitMs
  const pause = isOver ? undefined : await switches.pauseOf(attempt.subject.domainId, attempt.projectId)
  const nowMs = clock.now()
  const lookAgainAtMs = nowMs + settings.lookAgainMs
  if (pause !== undefined) return { reason: 'PAUSED', retryAtMs: lookAgainAtMs }
  if (mustWait(attempt, others)) return { reason: 'BEHIND', retryAtMs: lookAgainAtMs }
  if (attempt.subject.kind === 'DATA_SOURCE' && isSourceDayFull(others, nowMs, settings.sourceRunsPerDay)) {
    return { reason: 'SOURCE_DAY_FULL', retryAtMs: nextDayMs(nowMs) }
  }
  const breaker = isOver ? undefined : await gate.stoppedBy('Start', attempt)
  // Behind a full quota an open Start is looked for all the same.
  if (
    breaker === undefined ||
    (breaker.cause.reason === 'QUOTA_EXCEEDED' && attempt.sentBefore !== undefined)
  ) {
    return undefined
  }
  return { reason: breaker.cause.reason, retryAtMs: lookAgainAtMs, error: stoppedError(breaker) }
}
