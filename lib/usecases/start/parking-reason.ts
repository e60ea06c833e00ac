import { backoffByAgeMs } from '../../run/backoff.ts'
import { hasWaitedTooLong, holdBack, type Wait } from '../../run/max-wait.ts'
import type { ParkedRun, Run, RunError } from '../../run/run.ts'
import { isSourceDayFull, nextDayMs } from '../../run/source-day.ts'
import { type Attempt, retryBehindAtMs, runsAhead } from '../../run/start-safety.ts'
import { breakerOpenError } from './park-behind-breaker.ts'
import { pauseError } from './pause-error.ts'
import type { StartContext } from './start-context.ts'

/** An attempt to claim: a new one, or the parked record that holds it. */
type Candidate = Attempt &
  Pick<Run, 'projectId' | 'cancel'> &
  Partial<Pick<ParkedRun, 'createdAtMs' | 'heldMs' | 'heldSinceMs'>>

interface Parking extends Wait {
  readonly retryAtMs: number
  readonly error?: RunError
}

/** What stops a Start, apart from other runs: a full day of the data source, or an open breaker. */
const startBlockedBy = async (
  attempt: Candidate,
  others: readonly Run[],
  { clock, settings, gate }: StartContext,
): Promise<Parking | undefined> => {
  const nowMs = clock.now()
  if (attempt.subject.kind === 'DATA_SOURCE' && isSourceDayFull(others, nowMs, settings.sourceRunsPerDay)) {
    return { reason: 'SOURCE_DAY_FULL', retryAtMs: nextDayMs(nowMs) }
  }
  const breaker = await gate.blockedBy('Start', attempt)
  if (breaker === undefined) return undefined
  const { reason } = breaker.cause
  // A full quota does not block the lookup of an open Start.
  if (reason === 'QUOTA_EXCEEDED' && attempt.earlierStart !== undefined) return undefined
  return { reason, retryAtMs: nowMs + settings.lookAgainMs, error: breakerOpenError(breaker) }
}

/**
 * Returns why a run may not be claimed yet, and until when: its domain or project is paused, other runs of its asset or
 * data source are active, its data source has had its runs of the day, or a breaker is open. Undefined: claim it.
 *
 * A claim that looks up an open Start first (to cancel the run, or for the last try of one that has waited too long, P9)
 * only waits for other runs: while they are active, a run that List shows could be theirs. Other runs may take long, so the
 * wait behind them grows with the age of the request; behind a request that waits for a cap or a day, it is longer still.
 */
export const parkingReason = async (
  attempt: Candidate,
  others: readonly Run[],
  context: StartContext,
): Promise<Parking | undefined> => {
  const { clock, settings, switches } = context
  const { lookAgainMs, parkMs, maxWaitMs } = settings
  const createdAtMs = attempt.createdAtMs ?? clock.now()
  const isOver = hasWaitedTooLong({ ...attempt, createdAtMs }, clock.now(), maxWaitMs)
  const pause =
    attempt.cancel === undefined
      ? await switches.pauseOf(attempt.subject.domainId, attempt.projectId)
      : undefined
  const nowMs = clock.now()
  if (pause !== undefined)
    return { reason: 'PAUSED', retryAtMs: nowMs + lookAgainMs, error: pauseError(pause) }
  const ahead = runsAhead(attempt, others)
  if (ahead.length > 0) {
    const waitMs = backoffByAgeMs(nowMs - createdAtMs, lookAgainMs, parkMs)
    return {
      reason: 'BEHIND',
      retryAtMs: retryBehindAtMs(ahead, nowMs, waitMs),
      ...(holdBack(ahead) ? {} : { isBehindRequests: true }),
    }
  }
  const isLookup = attempt.cancel !== undefined || (isOver && attempt.earlierStart !== undefined)
  return isLookup ? undefined : startBlockedBy(attempt, others, context)
}
