import type { Asset } from '../../ports/datazone.ts'
import type { Records } from '../../ports/run-store.ts'
import { applyPolicy } from '../../run/policy.ts'
import type { Run } from '../../run/run.ts'
import { claimRuns } from './claim-runs.ts'
import { hasWaitedTooLong, waitedTooLong } from './end-lease.ts'
import { backfillWait } from './lanes.ts'
import type { RequestOutcome } from './request-outcome.ts'
import { resolveAsset } from './resolve-asset.ts'
import type { StarterTools } from './start-context.ts'
import { backoffSeconds } from './start-run.ts'
import {
  keepWaiting,
  ordered,
  rejectWaiting,
  skippedBy,
  taken,
  type WaitingRequest,
} from './waiting-request.ts'

/**
 * The revision that GetAsset showed has already ended before this publish happened: the read was probably stale. Looked
 * at once more; the second time it is believed.
 */
const looksStale = (waiting: WaitingRequest, revision: string, records: readonly Run[]): boolean =>
  !waiting.request.regenerate &&
  waiting.reason !== 'STALE_READ' &&
  records.some(
    (run) =>
      run.state === 'ENDED' &&
      run.subject.kind === waiting.subject.kind &&
      run.subject.revision === revision &&
      run.detectedAtMs < waiting.request.requestedAtMs,
  )

const claimResolved = async (
  waiting: WaitingRequest,
  asset: Asset,
  records: Records,
  tools: StarterTools,
): Promise<readonly RequestOutcome[]> => {
  const named = waiting.request.revision
  const { domainId } = waiting.subject
  const decision = applyPolicy(tools.settings.policy, {
    domainId,
    projectId: waiting.projectId,
    asset: { type: asset.typeIdentifier, name: asset.name },
  })
  switch (decision.decision) {
    case 'run':
      if (named === undefined && looksStale(waiting, asset.revision, records.runs)) {
        const retryAtMs = tools.clock.now() + tools.settings.lookAgainMs
        return [await keepWaiting(waiting, { reason: 'STALE_READ', retryAtMs }, tools)]
      }
      return claimRuns(ordered(waiting, decision.orders, tools), named ?? asset.revision, records, tools)
    case 'skip':
      if (waiting.version > 0 && !(await tools.store.dropRequest(waiting))) return [taken(waiting)]
      return [skippedBy(decision)]
    case 'look':
      throw new Error('a rule looks at more than GetAsset has told')
    default:
      return decision satisfies never
  }
}

/** Steps 2 and 3 for a request without a revision, or one that the policy cannot decide on without the asset. */
export const resolveAndClaim = async (
  waiting: WaitingRequest,
  records: Records,
  tools: StarterTools,
): Promise<readonly RequestOutcome[]> => {
  const nowMs = tools.clock.now()
  const wait = backfillWait(waiting, tools)
  if (wait !== undefined) return [await keepWaiting(waiting, wait, tools)]
  if ((await tools.switches.pauseOf(waiting.subject.domainId, waiting.projectId)) !== undefined) {
    if (hasWaitedTooLong(waiting, tools)) return [await rejectWaiting(waiting, waitedTooLong, tools)]
    const retryAtMs = nowMs + tools.settings.lookAgainMs
    return [await keepWaiting(waiting, { reason: 'PAUSED', retryAtMs }, tools)]
  }
  const resolution = await resolveAsset(waiting, tools)
  switch (resolution.outcome) {
    case 'resolved':
      return claimResolved(waiting, resolution.asset, records, tools)
    case 'wait':
      if (hasWaitedTooLong(waiting, tools)) return [await rejectWaiting(waiting, waitedTooLong, tools)]
      return [await keepWaiting(waiting, resolution, tools)]
    case 'wrong':
      return [await rejectWaiting(waiting, resolution.error, tools)]
    case 'transient': {
      const afterSeconds = backoffSeconds(tools.receiveCount, tools.clock.random())
      if (waiting.version === 0 && tools.receiveCount === 1) {
        return [{ outcome: 'retry', afterSeconds, reason: resolution.error.name }]
      }
      if (hasWaitedTooLong(waiting, tools)) return [await rejectWaiting(waiting, waitedTooLong, tools)]
      const retryAtMs = nowMs + tools.settings.lookAgainMs + afterSeconds * 1000
      return [await keepWaiting(waiting, { ...resolution, retryAtMs }, tools)]
    }
    default:
      return resolution satisfies never
  }
}
