import type { Asset, Refusal } from '../../ports/datazone.ts'
import { backoffByAgeMs } from '../../run/backoff.ts'
import { errorText } from '../../run/error-text.ts'
import type { ParkedRun, ParkReason, Run, RunError } from '../../run/run.ts'
import { breakerOpenError } from './park-behind-breaker.ts'
import type { StartContext } from './start-context.ts'
import { hasTimeToAsk } from './time-left.ts'
import type { WaitingRequest } from './waiting-request.ts'

/** What GetAsset told, or what to do about the request instead. */
export type Resolution =
  | { readonly outcome: 'resolved'; readonly asset: Asset }
  | {
      readonly outcome: 'wait'
      readonly reason: ParkReason
      readonly retryAtMs: number
      readonly error: RunError
    }
  | { readonly outcome: 'wrong'; readonly error: RunError }
  /** Soon again, by itself; park it when it has been back on the queue before. */
  | { readonly outcome: 'transient'; readonly reason: 'THROTTLED' | 'UNAVAILABLE'; readonly error: RunError }

const unresolved = async (
  waiting: ParkedRun,
  refusal: Refusal,
  context: StartContext,
): Promise<Resolution> => {
  const { settings, clock } = context
  const nowMs = clock.now()
  const error: RunError = { name: refusal.name, message: errorText(refusal.message) }
  const wait = (reason: ParkReason, afterMs: number): Resolution => ({
    outcome: 'wait',
    reason,
    retryAtMs: nowMs + afterMs,
    error,
  })
  switch (refusal.kind) {
    case 'INVALID':
      return { outcome: 'wrong', error }
    case 'NOT_FOUND':
      await context.gate.allowed('GetAsset', ['DENIED'])
      return nowMs - (waiting.notFoundSinceMs ?? nowMs) >= settings.notFoundGraceMs
        ? { outcome: 'wrong', error }
        : wait('NOT_FOUND', settings.lookAgainMs)
    case 'DENIED': {
      const { domainId } = waiting.subject
      await context.gate.refused('GetAsset', { reason: 'DENIED', domainId, projectId: waiting.projectId })
      return wait(
        'DENIED',
        backoffByAgeMs(nowMs - waiting.createdAtMs, settings.lookAgainMs, settings.parkMs),
      )
    }
    case 'QUOTA_EXCEEDED':
    case 'CONFLICT':
      return wait(refusal.kind, settings.parkMs)
    case 'THROTTLED':
    case 'UNAVAILABLE':
      return { outcome: 'transient', reason: refusal.kind, error }
    default:
      return refusal.kind satisfies never
  }
}

/** The mend of a request whose project does not own its asset. */
const wrongProject: RunError = {
  name: 'WrongProject',
  message: 'projectId: the asset belongs to another project; send its own',
}

/** Why a Start was denied. `no-time`: nobody could be asked any more. */
type Denial =
  | { readonly because: 'wrong-project'; readonly error: RunError }
  | { readonly because: 'denied' }
  | { readonly because: 'no-time' }

/**
 * Whether a Start was denied because its request names a project that does not own the asset: one GetAsset, because
 * Start's own answer cannot tell that from a permission that is missing. It is asked before others are told of the
 * refusal: a request that is wrong says nothing of the project it names. What it cannot tell is a missing permission.
 */
export const explainDenial = async (run: Run, context: StartContext): Promise<Denial> => {
  if (run.subject.kind === 'DATA_SOURCE') return { because: 'denied' }
  if (!hasTimeToAsk(context)) return { because: 'no-time' }
  const answer = await context.datazone.getAsset(run.subject.domainId, run.subject.assetId)
  const isOther = answer.outcome === 'answered' && answer.value.owningProjectId !== run.projectId
  return isOther ? { because: 'wrong-project', error: wrongProject } : { because: 'denied' }
}

/** Step 2: one GetAsset, for the revision to run and for what the policy's rules look at. */
export const resolveAsset = async (waiting: WaitingRequest, context: StartContext): Promise<Resolution> => {
  const { domainId, assetId } = waiting.subject
  const breaker = await context.gate.blockedBy('GetAsset', waiting)
  if (breaker !== undefined) {
    const retryAtMs = context.clock.now() + context.settings.lookAgainMs
    return { outcome: 'wait', reason: breaker.cause.reason, retryAtMs, error: breakerOpenError(breaker) }
  }
  const answer = await context.datazone.getAsset(domainId, assetId)
  if (answer.outcome === 'refused') return unresolved(waiting, answer.refusal, context)
  await context.gate.allowed('GetAsset', ['DENIED'])
  // DataZone cannot fix its event, so the asset's own project is right.
  return answer.value.owningProjectId === waiting.projectId || waiting.request.trigger !== undefined
    ? { outcome: 'resolved', asset: answer.value }
    : { outcome: 'wrong', error: wrongProject }
}
