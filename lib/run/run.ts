import type { SourceStatistics, TypeStat } from './service-result.ts'
import type { Trigger } from './trigger.ts'

/**
 * The states of a run: our record of one DataZone run for a subject and attempt.
 *
 * `PLANNED` → (`CLAIMED` ⇄ `PARKED`) → `IN_FLIGHT` → `ENDED`. Every move between them is in transition.ts.
 *
 * 1. Each state has just its own fields, so a record that cannot exist does not compile.
 * 2. All times are milliseconds since the epoch; a field that is not known is absent, never undefined.
 * 3. Everything here is stored. A new required field or a new meaning needs a new schema version (P8).
 */

export const generationTypes = [
  'BUSINESS_DESCRIPTIONS',
  'BUSINESS_NAMES',
  'BUSINESS_GLOSSARY_ASSOCIATIONS',
] as const
export type GenerationType = (typeof generationTypes)[number]

export const runKinds = ['METADATA_GENERATION', 'DATA_SOURCE'] as const
export type RunKind = (typeof runKinds)[number]

export const lanes = ['live', 'backfill'] as const
export type Lane = (typeof lanes)[number]

/** The catalog asset that a record is filed under. */
export interface AssetRef {
  readonly domainId: string
  readonly assetId: string
}

/** The data source that a record is filed under. */
export interface DataSourceRef {
  readonly domainId: string
  readonly dataSourceId: string
}

/**
 * `revision` is absent only while a request waits to learn which revision to run; such a record is identified by its
 * request key instead, and can only be parked or end as REJECTED.
 */
export interface MetadataSubject extends AssetRef {
  readonly kind: 'METADATA_GENERATION'
  readonly revision?: string
  readonly types: readonly GenerationType[]
}

/** A data source has no revision, so the sender's trigger key distinguishes its runs. */
export interface DataSourceSubject extends DataSourceRef {
  readonly kind: 'DATA_SOURCE'
  readonly triggerKey: string
}

/** A data source run that DataZone or another caller started. Its run id identifies it; it is only followed. */
export interface ForeignSubject extends DataSourceRef {
  readonly kind: 'DATA_SOURCE'
  readonly foreignRunId: string
}

/** What a run is about. */
export type Subject = MetadataSubject | DataSourceSubject | ForeignSubject

/** Whether DataZone or another caller started the run, and the policy follows it. */
export const isForeign = (subject: Subject): subject is ForeignSubject => 'foreignRunId' in subject

/** Whether everything that Start needs is known. */
export const isResolved = (subject: Subject): boolean =>
  subject.kind === 'DATA_SOURCE' || subject.revision !== undefined

/** The request that made the record. `requestKey` is the envelope's id: the same key is the same request. */
export interface RequestOrigin {
  readonly requestKey: string
  readonly lane: Lane
  readonly requestedAtMs: number
  readonly regenerate: boolean
  readonly correlationId?: string
  /** The DataZone event that made the request, so the repeat guard applies. Absent on an explicit request. */
  readonly trigger?: Trigger
  /** The types that the policy chose for a request that names none; absent until it has. */
  readonly policyTypes?: readonly GenerationType[]
  /** The revision that the request names, while the policy waits for the asset's type and name. */
  readonly revision?: string
}

/**
 * The settings that the policy gives a run. Frozen in the record when the request is accepted, so a changed policy
 * applies to later requests only.
 */
export interface RunPolicy {
  /** The version of the policy that decided; 0 is the bundled file. Absent on older records. */
  readonly version?: number
  /** The index in the policy file of the rule that decided, from 0. Absent on older records, and without rules. */
  readonly rule?: number
  /** Up to `attempts` in all, each `delayMs` after the one before it failed. */
  readonly retry?: { readonly attempts: number; readonly delayMs: number }
  /** Overrides the deployment's deadline. */
  readonly deadlineMs?: number
  /** Cancel a metadata run at DataZone when its deadline passes, before it ends as TIMED_OUT. */
  readonly cancelAtDeadline?: true
  /** Absent: a Started event is sent. */
  readonly announceStarted?: false
  readonly repeatGuardMs?: number
}

/**
 * A Start that was sent, or may have been, and was not definitely refused: not before `firstAtMs` and not after
 * `lastAtMs`.
 */
export interface StartSent {
  readonly firstAtMs: number
  readonly lastAtMs: number
}

/** A cancel that was requested. It is recorded before DataZone is called, so that no crash can drop it. */
interface CancelState {
  readonly requestedAtMs: number
  /** The `requestId` of the cancel request; absent when the run's own deadline requested it. */
  readonly requestId?: string
  /** When DataZone accepted the cancel; from then on only the ending is owed. */
  readonly sentAtMs?: number
}

interface HistoryEntry {
  readonly atMs: number
  readonly what: string
}

export const parkReasons = [
  'BACKFILL',
  'BEHIND',
  'CAP_FULL',
  'CONFLICT',
  'DENIED',
  'IN_TRANSFER',
  'LEASE_EXPIRED',
  'NOT_FOUND',
  'PACED',
  'PAUSED',
  'QUOTA_EXCEEDED',
  'RETRY',
  'SOURCE_DAY_FULL',
  'SOURCE_NOT_READY',
  'STALE_READ',
  'THROTTLED',
  'UNAVAILABLE',
] as const
/** Why a request waits in the table. */
export type ParkReason = (typeof parkReasons)[number]

export const endings = [
  'SUCCEEDED',
  'PARTIALLY_SUCCEEDED',
  'FAILED',
  'CANCELED',
  'TIMED_OUT',
  'LOST',
  'REJECTED',
] as const
export type Ending = (typeof endings)[number]

export interface RunError {
  readonly name: string
  readonly message: string
}

/** What a cap counts runs in. `period` is `DAY#2026-11-21` or `MONTH#2026-11`, in UTC. */
export interface Counter {
  readonly cap: string
  readonly period: string
}

/** The project of a request whose DataZone event names none, until GetAsset shows it. */
export const unknownProject = ''

/** Another request for the run; its sender may wait for the ending, too. */
interface DuplicateRequest {
  readonly requestKey: string
  readonly correlationId?: string
}

interface RunCommon {
  readonly subject: Subject
  readonly attempt: number
  readonly projectId: string
  readonly request: RequestOrigin
  /** Absent while the policy has not decided, and on foreign runs. */
  readonly policy?: RunPolicy
  /** On a retry: the subset of the subject's types to run, when the others have succeeded. */
  readonly onlyTypes?: readonly GenerationType[]
  /** How many retries of the same request the policy made before this attempt. */
  readonly retriesBefore?: number
  /** The counters that the last claim of this attempt counted it in, so that no counter has it twice. */
  readonly countedIn?: readonly Counter[]
  /** The asset's name, and the fingerprint of its schema (asset-schema.ts), where GetAsset showed the run's revision. */
  readonly assetName?: string
  readonly fingerprint?: string
  /** The project's name, where DataZone showed it. */
  readonly projectName?: string
  /** The address of the asset's page in the data portal. */
  readonly portalUrl?: string
  /** The newest duplicates of the request. */
  readonly alsoRequestedBy?: readonly DuplicateRequest[]
  readonly cancel?: CancelState
  /** How long the request was held back before it was parked as it is now; it does not count as waiting (max-wait.ts). */
  readonly heldMs?: number
  /** When the record was first written. A run adopted from List must not be older, less two minutes of clock skew. */
  readonly createdAtMs: number
  /** Grows by one with each write, and each write is conditional on the version read. 0: not written yet. */
  readonly version: number
  readonly history: readonly HistoryEntry[]
}

/** What mode `plan` would have started. A claim replaces it. */
export interface PlannedRun extends RunCommon {
  readonly state: 'PLANNED'
}

/** Leased by a starter, which is about to send Start or has sent it. */
export interface ClaimedRun extends RunCommon {
  readonly state: 'CLAIMED'
  readonly leaseEndsAtMs: number
  readonly startSent: StartSent
  /** A Start of an earlier lease that may have taken effect. */
  readonly earlierStart?: StartSent
  readonly notFoundSinceMs?: number
}

/** Waits in the table until `retryAtMs`. */
export interface ParkedRun extends RunCommon {
  readonly state: 'PARKED'
  readonly reason: ParkReason
  readonly retryAtMs: number
  /** Since when it is held back; absent while its wait counts (max-wait.ts). */
  readonly heldSinceMs?: number
  /** When the sweep put the request back on the queue; the message should arrive before `retryAtMs`. */
  readonly releasedAtMs?: number
  readonly earlierStart?: StartSent
  readonly notFoundSinceMs?: number
  readonly error?: RunError
}

/** Running at DataZone under `runId`. */
export interface InFlightRun extends RunCommon {
  readonly state: 'IN_FLIGHT'
  readonly runId: string
  readonly startedAtMs: number
  readonly nativeStatus: string
  /** Since when DataZone has answered 404 for it. */
  readonly notFoundSinceMs?: number
  /** Since when a run past its deadline could not be read. */
  readonly unansweredSinceMs?: number
}

/** Over, and final (P5). Owes its terminal event until `announcedAtMs` is set. */
export interface EndedRun extends RunCommon {
  readonly state: 'ENDED'
  readonly ending: Ending
  readonly detectedAtMs: number
  readonly runId?: string
  readonly startedAtMs?: number
  readonly nativeStatus?: string
  readonly typeStats?: readonly TypeStat[]
  /** Data source runs only. */
  readonly statistics?: SourceStatistics
  /** The status of a data source run's lineage import when the ending was read; the import may outlast the run. */
  readonly lineageStatus?: string
  readonly error?: RunError
  /** The next attempt was parked in the transaction that ended this one. */
  readonly willRetry?: true
  readonly announcedAtMs?: number
  /** When suggestions of the asset were last accepted after this run, to the hour. */
  readonly acceptedAtMs?: number
}

export type Run = PlannedRun | ClaimedRun | ParkedRun | InFlightRun | EndedRun

/** Waits for the starter: parked, or claimed by a starter whose lease may have ended. */
export type WaitingRun = ParkedRun | ClaimedRun

export const isWaiting = (run: Run): run is WaitingRun => run.state === 'PARKED' || run.state === 'CLAIMED'

/** Error name of an attempt that was rejected although a Start of it may have taken effect. */
export const startUnknownName = 'StartUnknown'

/** Whether a request made the record, or is a known duplicate of it. */
export const isRequestedBy = (run: Run, requestKey: string): boolean =>
  run.request.requestKey === requestKey ||
  run.alsoRequestedBy?.some((other) => other.requestKey === requestKey) === true

/** Whether a requested cancel has not been accepted by DataZone yet. */
export const owesCancel = (run: Run): run is InFlightRun =>
  run.state === 'IN_FLIGHT' && run.cancel !== undefined && run.cancel.sentAtMs === undefined

/** Whether a cancel request names the run. A cancel by its own deadline does not count. */
export const isCancelRequested = (run: Run): boolean => run.cancel?.requestId !== undefined

/** Whether DataZone works on the run, or may. */
export const isActive = (run: Run): run is ClaimedRun | InFlightRun =>
  run.state === 'CLAIMED' || run.state === 'IN_FLIGHT'
