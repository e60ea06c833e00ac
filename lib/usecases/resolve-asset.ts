import type { Asset, Refusal } from '../ports/datazone.ts'
import { errorText } from '../run/error-text.ts'
import type { ParkedRun, ParkReason, RunError } from '../run/run.ts'
import { pauseByAgeMs } from '../run/start-safety.ts'
import type { StarterTools } from './starter-tools.ts'
import { stoppedError } from './stopped-start.ts'
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

const unresolved = async (waiting: ParkedRun, refusal: Refusal, tools: StarterTools): Promise<Resolution> => {
  const { settings, clock } = tools
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
      await tools.gate.allowed('GetAsset', ['DENIED'])
      return nowMs - (waiting.notFoundSinceMs ?? nowMs) >= settings.notFoundGraceMs
        ? { outcome: 'wrong', error }
        : wait('NOT_FOUND', settings.lookAgainMs)
    case 'DENIED': {
      const { domainId } = waiting.subject
      await tools.gate.refused('GetAsset', { reason: 'DENIED', domainId, projectId: waiting.projectId })
      return wait('DENIED', pauseByAgeMs(nowMs - waiting.createdAtMs, settings.lookAgainMs, settings.parkMs))
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

/** Step 2: one GetAsset, for the revision to run and for what the policy's rules look at. */
export const resolveAsset = async (waiting: WaitingRequest, tools: StarterTools): Promise<Resolution> => {
  const { domainId, assetId } = waiting.subject
  const breaker = await tools.gate.stoppedBy('GetAsset', waiting)
  if (breaker !== undefined) {
    const retryAtMs = tools.clock.now() + tools.settings.lookAgainMs
    return { outcome: 'wait', reason: breaker.cause.reason, retryAtMs, error: stoppedError(breaker) }
  }
  const answer = await tools.datazone.getAsset(domainId, assetId)
  if (answer.outcome === 'refused') return unresolved(waiting, answer.refusal, tools)
  await tools.gate.allowed('GetAsset', ['DENIED'])
  return answer.value.owningProjectId === waiting.projectId
    ? { outcome: 'resolved', asset: answer.value }
    : {
        outcome: 'wrong',
        error: {
          name: 'WrongProject',
          message: 'projectId: the asset belongs to another project; send its own',
        },
      }
}
