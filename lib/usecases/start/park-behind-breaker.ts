import type { Breaker } from '../../run/breaker.ts'
import type { ClaimedRun, Run, RunError } from '../../run/run.ts'
import { park } from './end-lease.ts'
import { findEarlierStart, withoutOpenStarts } from './find-earlier-start.ts'
import type { RequestOutcome } from './request-outcome.ts'
import type { StartContext } from './start-context.ts'

/** What a request that a breaker stops says of it. */
export const breakerOpenError = ({ cause, openedAtMs }: Breaker): RunError => ({
  name: 'BreakerOpen',
  message: `${cause.reason} since ${new Date(openedAtMs).toISOString()}: waits without asking until one that tries succeeds`,
})

/**
 * Parks a run that a breaker stops. A full quota is no reason to leave a run of ours unrecorded, so an open Start is
 * looked for first; where List proves that there is none, none is open any more.
 */
export const parkBehindBreaker = async (
  run: ClaimedRun,
  others: readonly Run[],
  breaker: Breaker,
  context: StartContext,
): Promise<RequestOutcome> => {
  const { reason } = breaker.cause
  const looked = reason === 'QUOTA_EXCEEDED' ? await findEarlierStart(run, others, context) : 'nothing'
  if (looked !== 'nothing') return looked
  return park(
    reason === 'QUOTA_EXCEEDED' ? withoutOpenStarts(run) : run,
    {
      reason,
      retryAtMs: context.clock.now() + context.settings.lookAgainMs,
      definite: true,
      error: breakerOpenError(breaker),
    },
    context,
  )
}
