import type { Breaker } from '../../run/breaker.ts'
import type { ClaimedRun, Run, RunError } from '../../run/run.ts'
import { park } from './end-lease.ts'
import { lookBefore, withoutOpenStarts } from './find-earlier-start.ts'
import type { RequestOutcome } from './request-outcome.ts'
import type { StarterTools } from './start-context.ts'

/** What a request that a breaker stops says of it. */
export const stoppedError = ({ cause, openedAtMs }: Breaker): RunError => ({
  name: 'BreakerOpen',
  message: `${cause.reason} since ${new Date(openedAtMs).toISOString()}: waits without asking until one that tries succeeds`,
})

/**
 * Parks a run that a breaker stops. A full quota is no reason to leave a run of ours unrecorded, so an open Start is
 * looked for first; where List proves that there is none, none is open any more.
 */
export const parkStopped = async (
  run: ClaimedRun,
  others: readonly Run[],
  breaker: Breaker,
  tools: StarterTools,
): Promise<RequestOutcome> => {
  const { reason } = breaker.cause
  const looked = reason === 'QUOTA_EXCEEDED' ? await lookBefore(run, others, tools) : 'nothing'
  if (looked !== 'nothing') return looked
  return park(
    reason === 'QUOTA_EXCEEDED' ? withoutOpenStarts(run) : run,
    {
      reason,
      retryAtMs: tools.clock.now() + tools.settings.lookAgainMs,
      definite: true,
      error: stoppedError(breaker),
    },
    tools,
  )
}
