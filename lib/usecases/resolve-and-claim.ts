import type { Records } from '../ports/run-store.ts'
import type { Run } from '../run/run.ts'
import { claimRuns } from './claim-runs.ts'
import type { RequestOutcome } from './outcome.ts'
import { resolveAsset } from './resolve-asset.ts'
import { backoffSeconds, hasWaitedTooLong, waitedTooLong } from './start-run.ts'
import type { StarterTools } from './starter-tools.ts'
import { keepWaiting, rejectWaiting, type WaitingRequest } from './waiting-request.ts'

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

/** Steps 2 and 3 for a request without a revision. */
export const resolveAndClaim = async (
  waiting: WaitingRequest,
  records: Records,
  tools: StarterTools,
): Promise<readonly RequestOutcome[]> => {
  const nowMs = tools.clock.now()
  const resolution = await resolveAsset(waiting, tools)
  switch (resolution.outcome) {
    case 'resolved':
      if (looksStale(waiting, resolution.revision, records.runs)) {
        const retryAtMs = nowMs + tools.settings.lookAgainMs
        return [await keepWaiting(waiting, { reason: 'STALE_READ', retryAtMs }, tools)]
      }
      return claimRuns(waiting, resolution.revision, records, tools)
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
