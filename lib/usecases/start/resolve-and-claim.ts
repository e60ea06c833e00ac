import type { Asset } from '../../ports/datazone.ts'
import type { Records } from '../../ports/run-store.ts'
import { schemaFingerprint } from '../../run/asset-schema.ts'
import { backoffSeconds } from '../../run/backoff.ts'
import { mayNotWait } from '../../run/max-wait.ts'
import { applyPolicy } from '../../run/policy.ts'
import { present } from '../../run/present.ts'
import type { Run } from '../../run/run.ts'
import { dropAnswered } from './answer-request.ts'
import { claimRuns } from './claim-runs.ts'
import { backfillWait } from './lanes.ts'
import { pauseError } from './pause-error.ts'
import type { RequestOutcome } from './request-outcome.ts'
import { resolveAsset } from './resolve-asset.ts'
import { waitedTooLong } from './run-errors.ts'
import type { StartContext } from './start-context.ts'
import {
  parkRequest,
  rejectRequest,
  skippedByPolicy,
  type WaitingRequest,
  withPolicySettings,
} from './waiting-request.ts'

/** Names in DataZone have at most this many characters (service model, `AssetName`). */
const maxNameLength = 256

/**
 * Whether GetAsset was probably stale: the run of the revision that it shows ended before this publish happened. The
 * second read is trusted.
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

/** What a run keeps of GetAsset. Where the request names another revision, the schema shown is not the one to run. */
const learnedFrom = (asset: Asset, named: string | undefined) => {
  const isOther = named !== undefined && named !== asset.revision
  return present({
    assetName: asset.name === '' ? undefined : asset.name.slice(0, maxNameLength),
    fingerprint: isOther || asset.tables === undefined ? undefined : schemaFingerprint(asset.tables),
  })
}

const claimResolved = async (
  waiting: WaitingRequest,
  asset: Asset,
  records: Records,
  context: StartContext,
): Promise<readonly RequestOutcome[]> => {
  const named = waiting.request.revision
  const { domainId } = waiting.subject
  const decision = applyPolicy(context.settings.policy, {
    domainId,
    projectId: waiting.projectId,
    asset: { type: asset.typeIdentifier, name: asset.name },
  })
  switch (decision.decision) {
    case 'run':
      if (named === undefined && looksStale(waiting, asset.revision, records.runs)) {
        const retryAtMs = context.clock.now() + context.settings.lookAgainMs
        return [await parkRequest(waiting, { reason: 'STALE_READ', retryAtMs }, context)]
      }
      return claimRuns(
        withPolicySettings({ ...waiting, ...learnedFrom(asset, named) }, decision.settings, context),
        named ?? asset.revision,
        records,
        context,
      )
    case 'skip':
      return dropAnswered(waiting, [skippedByPolicy(decision)], context)
    case 'look':
      throw new Error('a policy rule matches a field that GetAsset does not return')
    default:
      return decision satisfies never
  }
}

/** Steps 2 and 3 for a request without a revision, or one that the policy cannot decide on without the asset. */
export const resolveAndClaim = async (
  waiting: WaitingRequest,
  records: Records,
  context: StartContext,
): Promise<readonly RequestOutcome[]> => {
  const nowMs = context.clock.now()
  // P9: a request whose time is over has been tried here once more.
  const parkOrReject = async (wait: Parameters<typeof parkRequest>[1]) => [
    mayNotWait(waiting, wait, nowMs, context.settings.maxWaitMs)
      ? await rejectRequest(waiting, waitedTooLong(wait.error), context)
      : await parkRequest(waiting, wait, context),
  ]
  const wait = backfillWait(waiting, context)
  if (wait !== undefined) return [await parkRequest(waiting, wait, context)]
  const pause = await context.switches.pauseOf(waiting.subject.domainId, waiting.projectId)
  const retryAtMs = nowMs + context.settings.lookAgainMs
  if (pause !== undefined)
    return [await parkRequest(waiting, { reason: 'PAUSED', retryAtMs, error: pauseError(pause) }, context)]
  const resolution = await resolveAsset(waiting, context)
  switch (resolution.outcome) {
    case 'resolved': {
      const projectId = resolution.asset.owningProjectId
      return claimResolved({ ...waiting, projectId }, resolution.asset, records, context)
    }
    case 'wait':
      return parkOrReject(resolution)
    case 'wrong':
      return [await rejectRequest(waiting, resolution.error, context)]
    case 'transient': {
      const afterSeconds = backoffSeconds(context.receiveCount, context.clock.random())
      // A released request is never at its first receive (resumeRecord), so it parks.
      if (context.receiveCount === 1)
        return [{ outcome: 'retry', afterSeconds, reason: resolution.error.name }]
      return parkOrReject({ ...resolution, retryAtMs: retryAtMs + afterSeconds * 1000 })
    }
    default:
      return resolution satisfies never
  }
}
