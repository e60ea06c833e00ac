import { asOfRestore } from '../../run/restore-guard.ts'
import type { ClaimedRun, Run } from '../../run/run.ts'
import { parkUntilListAnswers } from './find-earlier-start.ts'
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
  const { restoredToMs } = context.settings
  if (restoredToMs === undefined) return 'nothing'
  const searchedAtMs = context.clock.now()
  const search = await searchList(asOfRestore(run, restoredToMs), others, context)
  switch (search.found) {
    case 'ours':
      return recordStart(run, search.run, true, context)
    case 'nothing':
      return 'nothing'
    case 'unknown':
      return parkUntilListAnswers(run, search, searchedAtMs, context)
    default:
      return search satisfies never
  }
}
