import type { RequestedMetadataRun, RequestedRun, RequestedSourceRun } from '../../contracts/requested.ts'
import type { Records } from '../../ports/run-store.ts'
import { canonicalTypes, haveSameTypes, isSameSubject, runKey, typeSets } from '../../run/identity.ts'
import { applyPolicy, type RunSettings } from '../../run/policy.ts'
import { present } from '../../run/present.ts'
import {
  type GenerationType,
  isCancelRequested,
  isRequestedBy,
  isResolved,
  type ParkedRun,
  type Run,
  type RunError,
  type Subject,
} from '../../run/run.ts'
import { readRecords } from '../read-records.ts'
import { answerRequest } from './answer-request.ts'
import { claimRuns, claimSubjects } from './claim-runs.ts'
import { type RequestOutcome, recordUnreadable } from './request-outcome.ts'
import { resolveAndClaim } from './resolve-and-claim.ts'
import { resumeRun } from './resume-record.ts'
import type { StartContext } from './start-context.ts'
import { rejectRequest, skippedByPolicy, waitingRequest, withPolicySettings } from './waiting-request.ts'

/** Whether the record of an equal request may have expired, so that this one could make a second run. */
const isTooOld = (request: RequestedRun, context: StartContext): boolean =>
  request.requestedAtMs !== undefined &&
  context.clock.now() - request.requestedAtMs > context.settings.maxRequestAgeMs

const isMadeBy = (run: Run, waiting: ParkedRun): boolean =>
  run.state !== 'PLANNED' && isRequestedBy(run, waiting.request.requestKey)

/** Whether the queue delivers a parked run's message before the sweep releases it. Backfill waits for the sweep. */
const resumesWithMessage = (run: Run): run is ParkedRun =>
  run.state === 'PARKED' &&
  run.request.lane === 'live' &&
  isResolved(run.subject) &&
  (run.reason === 'THROTTLED' || run.reason === 'PACED' || run.reason === 'UNAVAILABLE')

/** Answers a repeated request: a duplicate before any call, unless its message returned to try again. */
const answerRepeat = async (
  made: readonly Run[],
  records: Records,
  context: StartContext,
): Promise<readonly RequestOutcome[]> => {
  const resumable = made.find(resumesWithMessage)
  return resumable !== undefined && context.settings.mode === 'run'
    ? [await resumeRun(resumable, records, context)]
    : made.map((run) => ({ outcome: 'duplicate', of: runKey(run) }))
}

const tooOld: RunError = {
  name: 'TooOld',
  message:
    'requestedAt: too old, the record of its run may have expired; send the request again with the current time',
}

/** The records that a request has made before, with what is left of it. */
interface EarlierRuns {
  readonly made: readonly Run[]
  /** The run to continue from where the request was stopped between its sets of types. */
  readonly begun: MadeRun | undefined
  readonly wanted: readonly GenerationType[]
  readonly isComplete: boolean
}

interface MadeRun {
  readonly run: Run
  readonly subject: Extract<Subject, { kind: 'METADATA_GENERATION' }>
}

const earlierRuns = (
  request: RequestedMetadataRun,
  waiting: ParkedRun,
  runs: readonly Run[],
): EarlierRuns => {
  // A sender that reuses a request id for another revision makes another request.
  const made = runs.flatMap((run): MadeRun[] => {
    const { subject } = run
    const isSame =
      subject.kind === request.kind &&
      (request.revision === undefined ||
        subject.revision === undefined ||
        subject.revision === request.revision)
    return isSame && isMadeBy(run, waiting) ? [{ run, subject }] : []
  })
  // A crash may have stopped the request between its sets of types. A canceled request is not completed.
  const isWhole = made.some(({ run, subject }) => subject.revision === undefined || isCancelRequested(run))
  const begun = made.find(({ run }) => run.request.requestKey === waiting.request.requestKey) ?? made[0]
  const wanted = request.types ?? begun?.run.request.policyTypes ?? []
  const hasEverySet =
    begun !== undefined &&
    typeSets(wanted).every(
      (set) => set.length === 0 || made.some(({ subject }) => haveSameTypes(subject.types, set)),
    )
  return { made: made.map(({ run }) => run), begun, wanted, isComplete: isWhole || hasEverySet }
}

const acceptMetadata = async (
  request: RequestedMetadataRun,
  context: StartContext,
): Promise<readonly RequestOutcome[]> => {
  const { kind, domainId, assetId, trigger } = request
  if (trigger !== undefined && !context.settings.policy.triggers.includes(trigger))
    return [{ outcome: 'skipped', reason: 'NO_TRIGGER' }]
  const types = canonicalTypes(request.types ?? context.settings.defaultTypes)
  const waiting = waitingRequest(request, { kind, domainId, assetId, types }, context)
  const records = await readRecords(waiting.subject, runKey(waiting).record, context)
  if (records.unreadable.length > 0) return [recordUnreadable]

  const { made, begun, wanted, isComplete } = earlierRuns(request, waiting, records.runs)
  if (isComplete) return answerRepeat(made, records, context)
  if (isTooOld(request, context)) return [await rejectRequest(waiting, tooOld, context)]
  // The request was stopped between its sets of types: it continues under the policy's decision of that time.
  if (begun?.subject.revision !== undefined) {
    const settings: RunSettings = { kind: 'run', types: wanted, policy: begun.run.policy ?? {} }
    // An event may name no project, or a wrong one; the record has the one that GetAsset gave.
    const { projectId, assetName, fingerprint } = begun.run
    const known = { ...waiting, projectId, ...present({ assetName, fingerprint }) }
    return claimRuns(withPolicySettings(known, settings, context), begun.subject.revision, records, context)
  }
  // The project of a DataZone event may be wrong, so a rule about projects waits for the one that GetAsset shows.
  const decision = applyPolicy(context.settings.policy, {
    domainId,
    ...present({ projectId: trigger === undefined ? request.projectId : undefined }),
  })
  if (decision.decision === 'skip') return [skippedByPolicy(decision)]
  return decision.decision === 'look' || request.revision === undefined
    ? resolveAndClaim(waiting, records, context)
    : claimRuns(withPolicySettings(waiting, decision.settings, context), request.revision, records, context)
}

/** A data source has nothing to resolve and no policy rules: its trigger key is the whole subject. */
const acceptSource = async (
  request: RequestedSourceRun,
  context: StartContext,
): Promise<readonly RequestOutcome[]> => {
  const { kind, domainId, dataSourceId, triggerKey } = request
  const waiting = waitingRequest(request, { kind, domainId, dataSourceId, triggerKey }, context)
  const records = await readRecords(waiting.subject, runKey(waiting).record, context)
  if (records.unreadable.length > 0) return [recordUnreadable]
  const made = records.runs.filter(
    (run) => isSameSubject(run.subject, waiting.subject) && isMadeBy(run, waiting),
  )
  if (made.length > 0) return answerRepeat(made, records, context)
  return isTooOld(request, context)
    ? [await rejectRequest(waiting, tooOld, context)]
    : claimSubjects(waiting, [waiting.subject], records, context)
}

const acceptUnanswered = async (
  request: RequestedRun,
  context: StartContext,
): Promise<readonly RequestOutcome[]> => {
  const { settings } = context
  if (settings.mode === 'off') return [{ outcome: 'skipped', reason: 'MODE_OFF' }]
  if (settings.domainIds.length > 0 && !settings.domainIds.includes(request.domainId)) {
    return [{ outcome: 'skipped', reason: 'DOMAIN_NOT_SELECTED' }]
  }
  return request.kind === 'DATA_SOURCE' ? acceptSource(request, context) : acceptMetadata(request, context)
}

/** What a request is about, as far as the request says. */
const subjectOf = (request: RequestedRun, { settings }: StartContext): Subject => {
  if (request.kind === 'DATA_SOURCE') {
    const { kind, domainId, dataSourceId, triggerKey } = request
    return { kind, domainId, dataSourceId, triggerKey }
  }
  const { kind, domainId, assetId, revision } = request
  const types = canonicalTypes(request.types ?? settings.defaultTypes)
  return { kind, domainId, assetId, ...present({ revision }), types }
}

/**
 * Steps 1 to 3 of a request: skips other domains, recognizes a duplicate, finds the revision, claims. P2: an explicit
 * request that makes no run is answered.
 */
export const acceptRequest = async (
  request: RequestedRun,
  context: StartContext,
): Promise<readonly RequestOutcome[]> => {
  const waiting = waitingRequest(request, subjectOf(request, context), context)
  return answerRequest(waiting, await acceptUnanswered(request, context), context)
}
