/**
 * The states of a run: our record of one DataZone run for a subject and attempt.
 *
 * `PLANNED` → (`CLAIMED` ⇄ `PARKED`) → `IN_FLIGHT` → `ENDED`. Every move between them is in transition.ts.
 * All times are milliseconds since the epoch.
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

/** A data source has no revision: what makes one run of it another than the next is the key that upstream gives. */
export interface DataSourceSubject extends DataSourceRef {
  readonly kind: 'DATA_SOURCE'
  readonly triggerKey: string
}

/** A data source run that somebody else started: only its run id makes it one. Never started, tried again or cancelled. */
export interface ForeignSubject extends DataSourceRef {
  readonly kind: 'DATA_SOURCE'
  readonly foreignRunId: string
}

/** What a run is about. */
export type Subject = MetadataSubject | DataSourceSubject | ForeignSubject

/** Whether somebody else started the run, and the policy had it followed all the same. */
export const isForeign = (subject: Subject): subject is ForeignSubject => 'foreignRunId' in subject

/** Whether all that Start needs is known. */
export const isResolved = (subject: Subject): boolean =>
  subject.kind === 'DATA_SOURCE' || subject.revision !== undefined

/** The request that made the record. `requestKey` is the envelope's id: the same key is the same request. */
export interface RequestOrigin {
  readonly requestKey: string
  readonly lane: Lane
  readonly requestedAtMs: number
  readonly regenerate: boolean
  readonly correlationId?: string
  /** DataZone's own word that the asset was published; such requests the repeat guard looks at. */
  readonly published?: true
  /** Of a request that names no types: all those that the policy chose for it; none until it has. */
  readonly policyTypes?: readonly GenerationType[]
  /** The revision that the request names, while it waits for the policy to see the asset. */
  readonly revision?: string
}

/**
 * What the policy orders for a run. Frozen in its record when the request is accepted: a change of the policy is for
 * later requests.
 */
export interface RunPolicy {
  /** Up to so many attempts in all, each so long after the one before has failed. */
  readonly retry?: { readonly attempts: number; readonly delayMs: number }
  /** Instead of the deployment's. */
  readonly deadlineMs?: number
  /** A metadata run that is past its deadline is cancelled at DataZone before it is given up. */
  readonly cancelAtDeadline?: true
  readonly announceStarted?: false
  /** Why a run failed is not worth a Get of its own. Not with a retry, which must know what failed. */
  readonly reasonsUnwanted?: true
  readonly repeatGuardMs?: number
}

/**
 * A Start that was sent, or may have been, and was not definitely refused. It began no earlier than `firstAtMs` and
 * was sent no later than `lastAtMs`.
 */
export interface StartSent {
  readonly firstAtMs: number
  readonly lastAtMs: number
}

/** That a run is not wanted any more. It stands in the record before DataZone is told, so that no crash can drop it. */
interface CancelState {
  readonly requestedAtMs: number
  /** The `requestId` of the request to cancel; absent: the run's own deadline asks for it. */
  readonly requestId?: string
  /** DataZone has taken it: nothing is owed any more but to see how the run ends. */
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
  'LEASE_EXPIRED',
  'NOT_FOUND',
  'PACED',
  'PAUSED',
  'QUOTA_EXCEEDED',
  'RETRY',
  'SOURCE_DAY_FULL',
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

/** How one type of a run fared, as GetMetadataGenerationRun's `typeStats` tells it. List has none. */
export interface TypeStat {
  readonly type: string
  readonly status: string
  readonly errorMessage?: string
}

/** What a data source run did with the tables it found. */
export interface SourceStatistics {
  readonly added?: number
  readonly updated?: number
  readonly unchanged?: number
  readonly skipped?: number
  readonly failed?: number
}

export interface RunError {
  readonly name: string
  readonly message: string
}

/** What a cap of the policy counts runs in: `DAY#2026-11-21` or `MONTH#2026-11`, of UTC. */
export interface Counter {
  readonly cap: string
  readonly period: string
}

interface RunCommon {
  readonly subject: Subject
  readonly attempt: number
  readonly projectId: string
  readonly request: RequestOrigin
  /** Absent on what waits for a decision, and on records from before there was a policy. */
  readonly policy?: RunPolicy
  /** Of a retry: those of the subject's types that it runs, when the others have succeeded. */
  readonly onlyTypes?: readonly GenerationType[]
  /** How many attempts before this one the policy has made, of the same request. */
  readonly retriesBefore?: number
  /** The counters that this attempt was counted in when it was last claimed: it is in none of them twice. */
  readonly countedIn?: readonly Counter[]
  /** Keys of later requests that turned out to ask for this very run; the newest few. */
  readonly alsoRequestedBy?: readonly string[]
  readonly cancel?: CancelState
  /** First written. A run adopted from List must not be older than this, less two minutes. */
  readonly createdAtMs: number
  /** Grows by one with each write; writes are conditional on the version that was read. 0: not written yet. */
  readonly version: number
  readonly history: readonly HistoryEntry[]
}

/** What plan mode would have started. Blocks nothing: a claim replaces it. */
export interface PlannedRun extends RunCommon {
  readonly state: 'PLANNED'
}

/** Leased by a starter, which is about to send Start or has sent it. */
export interface ClaimedRun extends RunCommon {
  readonly state: 'CLAIMED'
  readonly leaseEndsAtMs: number
  readonly startSent: StartSent
  /** A Start of an earlier lease whose fate is unknown. */
  readonly earlierStart?: StartSent
  readonly notFoundSinceMs?: number
}

/** Waits in the table until `retryAtMs`. */
export interface ParkedRun extends RunCommon {
  readonly state: 'PARKED'
  readonly reason: ParkReason
  readonly retryAtMs: number
  /** Set once the sweep has put it back on the queue; until `retryAtMs` the message is expected to arrive. */
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
  /** DataZone has answered 404 for it since then. */
  readonly notFoundSinceMs?: number
  /** Past its deadline, and DataZone has told nothing of it since then. */
  readonly unansweredSinceMs?: number
}

/** Over, for good. Owes its terminal event until `announcedAtMs` is there. */
export interface EndedRun extends RunCommon {
  readonly state: 'ENDED'
  readonly ending: Ending
  readonly detectedAtMs: number
  readonly runId?: string
  readonly startedAtMs?: number
  readonly nativeStatus?: string
  readonly typeStats?: readonly TypeStat[]
  /** Of a data source run. */
  readonly statistics?: SourceStatistics
  /** How far a data source run's import of lineage was when it was last seen; it may go on after the run. */
  readonly lineageStatus?: string
  readonly error?: RunError
  /** The next attempt was parked in the transaction that ended this one. */
  readonly willRetry?: true
  readonly announcedAtMs?: number
  /** When people last accepted suggestions of the asset after this run, to the hour. */
  readonly acceptedAtMs?: number
}

export type Run = PlannedRun | ClaimedRun | ParkedRun | InFlightRun | EndedRun

/** Error name of an attempt that was given up while a Start of it may have taken effect. */
export const startUnknownName = 'StartUnknown'

/** Whether a request is the one that made the record, or one that is known to have asked for the same. */
export const isRequestedBy = (run: Run, requestKey: string): boolean =>
  run.request.requestKey === requestKey || run.alsoRequestedBy?.includes(requestKey) === true

/** Whether DataZone has still to be told to cancel the run. */
export const owesCancel = (run: Run): run is InFlightRun =>
  run.state === 'IN_FLIGHT' && run.cancel !== undefined && run.cancel.sentAtMs === undefined

/** Whether somebody asked to cancel the run (its own deadline is nobody). */
export const isCancelRequested = (run: Run): boolean => run.cancel?.requestId !== undefined

/** Whether DataZone is, or may be, working on the run. */
export const isActive = (run: Run): run is ClaimedRun | InFlightRun =>
  run.state === 'CLAIMED' || run.state === 'IN_FLIGHT'
