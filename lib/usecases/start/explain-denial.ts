import { standingOf } from '../../run/asset-owner.ts'
import type { Run, RunError } from '../../run/run.ts'
import { transferError } from './follow-owner.ts'
import type { StartContext } from './start-context.ts'
import { hasTimeToAsk } from './time-left.ts'

/** The request's project does not own its asset. */
export const wrongProject: RunError = {
  name: 'WrongProject',
  message: 'projectId: another project owns the asset; send the id of the project that owns it',
}

/** Why a Start was denied. `no-time`: the invocation has no time left for a GetAsset. */
type Denial =
  | { readonly because: 'wrong-project'; readonly error: RunError }
  /** The asset was transferred, or is being transferred, or its event named a project that does not own it. */
  | { readonly because: 'transfer'; readonly error: RunError }
  | { readonly because: 'denied' }
  | { readonly because: 'no-time' }

/**
 * Finds out whether a Start was denied because the request names a project that does not own the asset: one GetAsset,
 * because Start's own answer does not distinguish that from a missing permission. It is called before a breaker opens: a
 * wrong request says nothing about the project it names. When GetAsset is refused too, a permission is missing.
 */
export const explainDenial = async (run: Run, context: StartContext): Promise<Denial> => {
  if (run.subject.kind === 'DATA_SOURCE') return { because: 'denied' }
  if (!hasTimeToAsk(context)) return { because: 'no-time' }
  const answer = await context.datazone.getAsset(run.subject.domainId, run.subject.assetId)
  if (answer.outcome === 'refused') return { because: 'denied' }
  const standing = standingOf(run.projectId, answer.value)
  if (standing === 'owner') return { because: 'denied' }
  // DataZone cannot fix its event, so its run follows the owner.
  return standing === 'other' && run.request.trigger === undefined
    ? { because: 'wrong-project', error: wrongProject }
    : { because: 'transfer', error: transferError(answer.value) }
}
