import { asOfRestore } from '../../run/restore-guard.ts'
import type { ClaimedRun, Run } from '../../run/run.ts'
import { park } from './close-claim.ts'
import { recordStart } from './record-start.ts'
import type { RequestOutcome } from './request-outcome.ts'
import { searchList } from './search-list.ts'
import type { StartContext } from './start-context.ts'

/**
 * P1 after the table was restored: finds out whether the run was started in the time that the table lost, and adopts it.
 * Returns `nothing` when no restore is set or List shows no such run.
 */
export const findLostStart = async (
  run: ClaimedRun,
  others: readonly Run[],
  context: StartContext,
): Promise<RequestOutcome | 'nothing'> => {
  const { restoredToMs, lookAgainMs } = context.settings
  if (restoredToMs === undefined) return 'nothing'
  const search = await searchList(asOfRestore(run, restoredToMs), others, context)
  switch (search.found) {
    case 'ours':
      return recordStart(run, search.run, true, context)
    case 'nothing':
      return 'nothing'
    case 'unknown': {
      const { reason, error } = search
      return park(
        run,
        { reason, retryAtMs: context.clock.now() + lookAgainMs, definite: true, error },
        context,
      )
    }
    default:
      return search satisfies never
  }
}
