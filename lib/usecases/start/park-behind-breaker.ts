import type { Breaker } from '../../run/breaker.ts'
import type { ClaimedRun, Run, RunError } from '../../run/run.ts'
import { park } from './close-claim.ts'
import { findEarlierStart, withoutOpenStarts } from './find-earlier-start.ts'
import type { RequestOutcome } from './request-outcome.ts'
import type { StartContext } from './start-context.ts'

/** The error of a request that an open breaker blocks. */
export const breakerOpenError = ({ cause, openedAtMs }: Breaker): RunError => ({
  name: 'BreakerOpen',
  message: `${cause.reason} since ${new Date(openedAtMs).toISOString()}: parked without a call until a probe succeeds`,
})

/**
 * Parks a run that a breaker blocks. A full quota does not block List, so an open Start is looked up first; where List
 * proves that it made no run, the Start is no longer open.
 */
export const parkBehindBreaker = async (
  run: ClaimedRun,
  others: readonly Run[],
  breaker: Breaker,
  context: StartContext,
): Promise<RequestOutcome> => {
  const { reason } = breaker.cause
  const isQuota = reason === 'QUOTA_EXCEEDED'
  const earlier = isQuota ? await findEarlierStart(run, others, context) : 'nothing'
  if (earlier !== 'nothing') return earlier
  const retryAtMs = context.clock.now() + context.settings.lookAgainMs
  const error = breakerOpenError(breaker)
  return park(isQuota ? withoutOpenStarts(run) : run, { reason, retryAtMs, definite: true, error }, context)
}
