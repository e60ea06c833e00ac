import type { Asset, Refusal } from '../../ports/datazone.ts'
import { standingOf } from '../../run/asset-owner.ts'
import { backoffByAgeMs } from '../../run/backoff.ts'
import type { ParkedRun, ParkReason, RunError } from '../../run/run.ts'
import { wrongProject } from './explain-denial.ts'
import { transferError } from './follow-owner.ts'
import { breakerOpenError } from './park-behind-breaker.ts'
import { refusalError } from './run-errors.ts'
import type { StartContext } from './start-context.ts'
import type { WaitingRequest } from './waiting-request.ts'

/** GetAsset's answer, or how the request continues without it. */
export type Resolution =
  | { readonly outcome: 'resolved'; readonly asset: Asset }
  | {
      readonly outcome: 'wait'
      readonly reason: ParkReason
      readonly retryAtMs: number
      readonly error: RunError
    }
  | { readonly outcome: 'wrong'; readonly error: RunError }
  /** Passes by itself: retry, and park a request that was retried before. */
  | { readonly outcome: 'transient'; readonly reason: 'THROTTLED' | 'UNAVAILABLE'; readonly error: RunError }

const unresolved = async (
  waiting: ParkedRun,
  refusal: Refusal,
  context: StartContext,
): Promise<Resolution> => {
  const { settings, clock } = context
  const nowMs = clock.now()
  const error = refusalError(refusal)
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

/** Step 2: one GetAsset, for the revision to run and for the fields that policy rules match. */
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
  const asset = answer.value
  const standing = standingOf(waiting.projectId, asset)
  // DataZone cannot fix its event, so the asset's own project is right.
  if (standing === 'owner' || standing === 'former-owner' || waiting.request.trigger !== undefined)
    return { outcome: 'resolved', asset }
  if (standing === 'other') return { outcome: 'wrong', error: wrongProject }
  const retryAtMs = context.clock.now() + context.settings.lookAgainMs
  return { outcome: 'wait', reason: 'IN_TRANSFER', retryAtMs, error: transferError(asset) }
}
