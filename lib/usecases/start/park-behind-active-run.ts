import { isInTransfer, standingOf } from '../../run/asset-owner.ts'
import { backoffByAgeMs } from '../../run/backoff.ts'
import type { ClaimedRun, Run, RunError } from '../../run/run.ts'
import { absenceIsProofAtMs } from '../../run/start-safety.ts'
import { park } from './close-claim.ts'
import { withoutOpenStarts } from './find-earlier-start.ts'
import { transferError } from './follow-owner.ts'
import { recordStart } from './record-start.ts'
import type { RequestOutcome } from './request-outcome.ts'
import { searchList } from './search-list.ts'
import type { StartContext } from './start-context.ts'
import { hasTimeToAsk } from './time-left.ts'

/** Why the transfer of an asset to another project explains the conflict; undefined when none does, as far as is known. */
const transferOf = async (
  { subject, projectId }: ClaimedRun,
  context: StartContext,
): Promise<RunError | undefined> => {
  if (subject.kind === 'DATA_SOURCE' || !hasTimeToAsk(context)) return undefined
  const answer = await context.datazone.getAsset(subject.domainId, subject.assetId)
  if (answer.outcome === 'refused') return undefined
  const { transfer } = answer.value
  const isOver = standingOf(projectId, answer.value) === 'former-owner'
  return isInTransfer(transfer) || isOver ? transferError(answer.value) : undefined
}

/**
 * Handles a Start that DataZone refused because another run of the asset is active. That run is adopted only where an
 * earlier Start of this attempt is open: the refused Start made nothing, so without an earlier one the active run belongs
 * to another request or caller, however much it looks like ours (P1). The request then waits for it to end. Where no run is
 * active, the asset may be in transfer to another project.
 */
export const parkBehindActiveRun = async (
  run: ClaimedRun,
  others: readonly Run[],
  error: RunError,
  context: StartContext,
): Promise<RequestOutcome> => {
  const { lookAgainMs, parkMs, assumptions } = context.settings
  const searchedAtMs = context.clock.now()
  const search = await searchList(run, others, context)
  if (run.earlierStart !== undefined && search.found === 'ours')
    return recordStart(run, search.run, true, context)
  const moving = search.found === 'nothing' && search.active === undefined && (await transferOf(run, context))
  const nowMs = context.clock.now()
  // Where List shows no active run, the request itself has waited this long.
  const sinceMs = (search.found === 'nothing' ? search.active?.createdAtMs : undefined) ?? run.createdAtMs
  const retryAtMs = nowMs + backoffByAgeMs(nowMs - sinceMs, lookAgainMs, parkMs)
  const isProvenAbsent =
    search.found === 'nothing' &&
    run.earlierStart !== undefined &&
    searchedAtMs >= absenceIsProofAtMs(run.earlierStart, assumptions)
  return park(
    isProvenAbsent ? withoutOpenStarts(run) : run,
    moving
      ? { reason: 'IN_TRANSFER', retryAtMs: nowMs + lookAgainMs, definite: true, error: moving }
      : { reason: 'CONFLICT', retryAtMs, definite: true, error },
    context,
  )
}
