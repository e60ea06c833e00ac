import { hasWaitedTooLong } from '../../run/max-wait.ts'
import { type ClaimedRun, type Run, type RunError, startUnknownName } from '../../run/run.ts'
import { absenceIsProofAtMs } from '../../run/start-safety.ts'
import { park, reject } from './close-claim.ts'
import { recordStart } from './record-start.ts'
import type { RequestOutcome } from './request-outcome.ts'
import { type ListSearch, searchList } from './search-list.ts'
import type { StartContext } from './start-context.ts'

/** The effect of a Start was never learned. A run may exist, so the attempt did not end without a run (P1). */
const startUnknown: RunError = {
  name: startUnknownName,
  message:
    'List never showed whether a run was started; look in DataZone, then send the request with regenerate',
}

/**
 * Parks a request whose Start may have taken effect until List shows whether it did; after the waiting limit, rejects it.
 */
export const parkUntilListAnswers = (
  run: ClaimedRun,
  { reason, error }: Extract<ListSearch, { found: 'unknown' }>,
  searchedAtMs: number,
  context: StartContext,
): Promise<RequestOutcome> => {
  const { maxWaitMs, lookAgainMs, parkMs } = context.settings
  if (hasWaitedTooLong(run, context.clock.now(), maxWaitMs)) return reject(run, startUnknown, context)
  // List has a permission of its own, so a denial opens no breaker; nor is List called each minute.
  const retryAtMs = searchedAtMs + (reason === 'DENIED' ? parkMs : lookAgainMs)
  return park(run, { reason, retryAtMs, definite: true, error }, context)
}

/**
 * Finds out whether an earlier Start of the run took effect. Returns `nothing` when List proves that none did or ever
 * will, so the caller may continue; otherwise the outcome of the request.
 * @param others every other record of the asset or data source
 */
export const findEarlierStart = async (
  run: ClaimedRun,
  others: readonly Run[],
  context: StartContext,
): Promise<RequestOutcome | 'nothing'> => {
  if (run.earlierStart === undefined) return 'nothing'
  const searchedAtMs = context.clock.now()
  const search = await searchList(run, others, context)
  switch (search.found) {
    case 'ours':
      return recordStart(run, search.run, true, context)
    case 'unknown':
      return parkUntilListAnswers(run, search, searchedAtMs, context)
    case 'nothing': {
      const proofAtMs = absenceIsProofAtMs(run.earlierStart, context.settings.assumptions)
      return searchedAtMs >= proofAtMs
        ? 'nothing'
        : park(run, { reason: 'LEASE_EXPIRED', retryAtMs: proofAtMs, definite: true }, context)
    }
    default:
      return search satisfies never
  }
}

/** The run once List has proven that no Start of an earlier lease took effect or will. */
export const withoutOpenStarts = ({ earlierStart: _, ...run }: ClaimedRun): ClaimedRun => run
