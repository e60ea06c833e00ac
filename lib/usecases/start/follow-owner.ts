import type { Asset } from '../../ports/datazone.ts'
import { isInTransfer } from '../../run/asset-owner.ts'
import { isCancelRequested, type ParkedRun, type RunError } from '../../run/run.ts'
import { refusalError } from './run-errors.ts'
import type { StartContext } from './start-context.ts'

/** The error of a request that waits for the transfer of its asset. */
export const transferError = ({ transfer, owningProjectId }: Asset): RunError => {
  const {
    sourceProjectId = owningProjectId,
    targetProjectId = 'another project',
    status = 'SUCCEEDED',
  } = transfer ?? {}
  return {
    name: 'OwnershipTransfer',
    message: `the asset moves from project ${sourceProjectId} to ${targetProjectId} (${status}); the owner's project is used afterwards`,
  }
}

type Followed =
  | { readonly outcome: 'owned'; readonly run: ParkedRun }
  | {
      readonly outcome: 'wait'
      readonly reason: 'IN_TRANSFER'
      readonly retryAtMs: number
      readonly error: RunError
    }

/**
 * Returns a run that waits for the transfer of its asset with the project that owns the asset now, or why it keeps waiting.
 * Where the asset is not found, Start says so. A run with a requested cancel needs no project.
 */
export const followOwner = async (run: ParkedRun, context: StartContext): Promise<Followed> => {
  const { subject } = run
  if (run.reason !== 'IN_TRANSFER' || subject.kind === 'DATA_SOURCE' || isCancelRequested(run))
    return { outcome: 'owned', run }
  const waitFor = (error: RunError): Followed => {
    const retryAtMs = context.clock.now() + context.settings.lookAgainMs
    return { outcome: 'wait', reason: 'IN_TRANSFER', retryAtMs, error }
  }
  const answer = await context.datazone.getAsset(subject.domainId, subject.assetId)
  if (answer.outcome === 'refused')
    return answer.refusal.kind === 'NOT_FOUND'
      ? { outcome: 'owned', run }
      : waitFor(refusalError(answer.refusal))
  const { owningProjectId, transfer } = answer.value
  if (isInTransfer(transfer)) return waitFor(transferError(answer.value))
  if (owningProjectId === run.projectId) return { outcome: 'owned', run }
  // The recorded project name and portal address are the former owner's.
  const { projectName: _, portalUrl: __, ...rest } = run
  return { outcome: 'owned', run: { ...rest, projectId: owningProjectId } }
}
