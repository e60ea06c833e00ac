/** A domain with everything in it, as it is loaded. */
export interface Domain {
  id: string
  /** Users by their ids; their calls are signed with one of their access keys. */
  users?: User[] | undefined
  /** Of the role that the domain acts with, as GetDomain shows it. */
  executionRoleArn?: string | undefined
  /** Of a customer managed key that encrypts the domain. */
  kmsKeyArn?: string | undefined
  /** Whether the execution role may call iam:GetRole; true unless given. */
  readsRoles?: boolean | undefined
  /** Whether IAM roles can be members of projects; true unless given. */
  addsRoles?: boolean | undefined
  /** The status of profiles that are created; `ACTIVATED` unless given. */
  profileStatus?: string | undefined
  projects: Project[]
  assets: Asset[]
  dataSources?: DataSource[] | undefined
}

/** A user of a domain. */
export interface User {
  id: string
  /** Of the IAM user or role. */
  arn?: string | undefined
  /** `ACTIVATED` unless given; no other user may act in a project with members. */
  status?: string | undefined
  accessKeyIds?: string[] | undefined
  groupIds?: string[] | undefined
}

/** A member of a project: a user or a group. */
export interface Member {
  userId?: string | undefined
  groupId?: string | undefined
  /** `PROJECT_CONTRIBUTOR` unless given. */
  designation?: string | undefined
}

/** A project. Without members, every caller may act in it. */
export interface Project {
  id: string
  name: string
  /** Users or groups. */
  members?: Member[] | undefined
  /** Whether every caller may act in it; true without members. */
  isOpen?: boolean | undefined
}

/** A column of an asset; more fields are shown in the form of the asset as they are. */
export interface Column {
  name: string
  dataType: string
  [more: string]: unknown
}

/** An asset at its first revision. */
export interface Asset {
  id: string
  projectId: string
  name: string
  /** For example `amazon.datazone.GlueTableAssetType`. */
  typeIdentifier: string
  columns: Column[]
  /** `1` unless given. */
  revision?: string | undefined
  description?: string | undefined
  glossaryTerms?: string[] | undefined
  /** `ACTIVE` unless given. */
  listing?: 'ACTIVE' | 'INACTIVE' | 'NONE' | undefined
  /** Form types of a custom asset type. */
  forms?: string[] | undefined
  externalIdentifier?: string | undefined
}

/** A data source. */
export interface DataSource {
  id: string
  projectId: string
  name: string
  description?: string | undefined
  type?: 'GLUE' | 'REDSHIFT' | undefined
  /** `READY` unless given: only a READY data source can be run. */
  status?: string | undefined
  /** How many tables a run looks at; 10 unless given. */
  tables?: number | undefined
  /** Shown in the snapshot of each run. */
  configuration?: Record<string, Json> | undefined
}

/** What JSON can say. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** Domains with their projects, assets and data sources. */
export interface Catalogue {
  domains: Domain[]
}

/** An error that DataZone documents. */
export type ServiceErrorName =
  | 'ValidationException'
  | 'UnauthorizedException'
  | 'ServiceQuotaExceededException'
  | 'AccessDeniedException'
  | 'ResourceNotFoundException'
  | 'ConflictException'
  | 'ThrottlingException'
  | 'InternalServerException'

/** An error about the clock and credentials of the caller. */
export type CredentialErrorName =
  | 'InvalidSignatureException'
  | 'ExpiredTokenException'
  | 'UnrecognizedClientException'
  | 'IncompleteSignature'

interface When {
  /** Only calls of this operation. */
  operation?: string | undefined
  /** Only calls about this asset or data source. */
  target?: string | undefined
  /** The number of calls that it hits before it ends. */
  times?: number | undefined
  /** The moment at which it ends, in epoch milliseconds of the simulator's clock. */
  untilMs?: number | undefined
  /** How many milliseconds after it is set it ends. */
  forMs?: number | undefined
  /** The share of calls that it hits, drawn from the seed. */
  probability?: number | undefined
}

/** What goes wrong, and when. */
export type Fault = When &
  (
    | {
        kind: 'error'
        error: ServiceErrorName | CredentialErrorName
        status?: number | undefined
        message?: string | undefined
      }
    | {
        kind: 'errorAfterEffect'
        error?: ServiceErrorName | CredentialErrorName | undefined
        status?: number | undefined
        message?: string | undefined
      }
    | { kind: 'lostAnswer' }
    | { kind: 'lateEffect'; delayMs: number; answer?: 'lost' | ServiceErrorName | undefined }
    | { kind: 'slow'; delayMs: number }
    | {
        kind: 'raw'
        status: number
        headers?: Record<string, string> | undefined
        body?: string | undefined
        afterEffect?: boolean | undefined
      }
    | { kind: 'truncated' }
    | { kind: 'hang'; afterEffect?: boolean | undefined }
    | { kind: 'reset' }
    | { kind: 'unreadable'; fields: Record<string, Json>; id?: string | undefined }
  )

/** What becomes of a run. */
export type Outcome = 'succeeded' | 'failed' | 'partial' | 'unknown' | 'stuck'

/** The outcome of the runs of one asset or data source that start from now on. */
export interface PlannedOutcome {
  target: string
  outcome: Outcome
  durationMs?: number | undefined
}

/** How the simulator behaves; docs/SIMULATOR.md explains each setting. */
export interface Settings {
  startBucket: number
  startRatePerSecond: number
  dataSourceStartRatePerSecond: number
  cancelRatePerSecond: number
  predictionRatePerSecond: number
  changeSetRatePerSecond: number
  searchRatePerSecond: number
  searchListingsRatePerSecond: number
  dataSourceRunsPerDay: number
  monthlyQuota: {
    BUSINESS_DESCRIPTIONS?: number
    BUSINESS_NAMES?: number
    BUSINESS_GLOSSARY_ASSOCIATIONS?: number
  }
  tokenMemoryMs: number
  tokenMismatch: 'ValidationException' | 'ConflictException' | 'replay'
  conflictWhileRunning: boolean
  conflictBeforeToken: boolean
  sourceNotReady: 'ConflictException' | 'ValidationException'
  cancelEnded: 'ConflictException' | 'ValidationException'
  cancelMs: number
  medianMs: number
  dataSourceMedianMs: number
  sigma: number
  lineageMs: number
  speed: number
  failureShare: number
  partialShare: number
  unknownStatusShare: number
  stuckShare: number
  lineageFailureShare: number
  listOrder: 'newest' | 'oldest' | 'random'
  listLagMs: number
  listShift: boolean
  listJumbledShare: number
  pageTokenLifeMs: number | null
  apiGeneration: 'current' | 'older'
  unknownFields: boolean
  unknownTypeShare: number
  eventPayload: 'run-id' | 'asset-id' | 'both' | 'domain-only'
  olderEvents: boolean
  partialEvent: 'none' | 'succeeded' | 'failed'
  sourceEventShape: 'full' | 'sparse'
  sourceStatusEvents: boolean
  publishedEventProject: 'owner' | 'missing' | 'wrong'
  eventDelayMs: number
  eventLostShare: number
  eventDuplicateShare: number
  eventLateShare: number
  eventLateMs: number
  eventReorderedShare: number
  eventReorderMs: number
}

/** A metadata run as it really is, whatever Get and List say of it. Times in epoch milliseconds. */
export interface ActualRun {
  id: string
  domainId: string
  projectId: string
  assetId: string
  revision: string
  types: readonly string[]
  clientToken: string | undefined
  createdAtMs: number
  deletedAtMs?: number | undefined
  submittedUntilMs: number
  /** Infinity for a run that never ends; null over HTTP. */
  endsAtMs: number
  ending: string
  status: string
}

/** A data source run as it really is. */
export interface ActualDataSourceRun {
  id: string
  domainId: string
  projectId: string
  dataSourceId: string
  type: string
  clientToken: string | undefined
  createdBy: string
  createdAtMs: number
  deletedAtMs?: number | undefined
  runningFromMs: number
  endsAtMs: number
  lineageEndsAtMs: number
  ending: string
  status: string
}

/** An event of `aws.datazone` as EventBridge carries it. */
export interface DataZoneEvent {
  version: '0'
  id: string
  'detail-type': string
  source: 'aws.datazone'
  account: string
  time: string
  region: string
  resources: readonly string[]
  detail: { version: string; metadata: Record<string, unknown>; data: Record<string, unknown> }
}

/** Every call that was made. */
export interface Calls {
  /** The number of calls by operation, then by outcome. */
  counts: Readonly<Record<string, Readonly<Record<string, number>>>>
  throttledStarts: number
  starts: readonly { atMs: number; outcome: string; overQuota: boolean; runId: string | undefined }[]
}

interface AssetIdentity {
  domainId: string
  assetId: string
}

/** The events about an asset that the control can send. */
export type AssetEventType =
  | 'Asset Added To Inventory'
  | 'New Asset Version Available'
  | 'Asset Schema Changed'
  | 'Asset Unpublished'
  | 'Asset Listing Deleted'

/** The statuses of a data source; only a READY one can be run. */
export type DataSourceStatus =
  | 'CREATING'
  | 'FAILED_CREATION'
  | 'READY'
  | 'UPDATING'
  | 'FAILED_UPDATE'
  | 'DELETING'
  | 'FAILED_DELETION'

/** What `state` gave; opaque, and JSON. */
export type SavedState = { version: 1 }

/** Sets the simulator up, and looks behind it. Wrong input throws a ControlError that names each wrong field. */
export interface Control {
  loadCatalogue(catalogue: Catalogue): { domains: number; assets: number }
  addRevision(
    revision: AssetIdentity & {
      revision?: string | undefined
      name?: string | undefined
      columns?: Column[] | undefined
      description?: string | undefined
      glossaryTerms?: string[] | undefined
    },
  ): { revision: string }
  setFaults(faults: Fault[]): { faults: number }
  faults(): readonly { kind: string; hits: number }[]
  setOutcomes(outcomes: PlannedOutcome[]): { outcomes: number }
  outcomes(): readonly PlannedOutcome[]
  settings(): Readonly<Settings>
  changeSettings(changes: Partial<Settings>): Readonly<Settings>
  acceptSuggestions(asset: AssetIdentity): { revision: string }
  publishAsset(asset: AssetIdentity): { listingId: string; version: string }
  unpublishAsset(asset: AssetIdentity): { listingId: string; version: string }
  transferAsset(
    transfer: AssetIdentity & {
      targetProjectId: string
      durationMs?: number | undefined
      outcome?: 'SUCCEEDED' | 'FAILED' | undefined
    },
  ): { sourceProjectId: string; targetProjectId: string; startedAtMs: number; endsAtMs: number }
  /** Sends one event about an asset, and changes nothing else. */
  sendAssetEvent(event: AssetIdentity & { detailType: AssetEventType }): { detailType: string }
  setDataSourceStatus(status: { domainId: string; dataSourceId: string; status: DataSourceStatus }): {
    status: string
  }
  startScheduledRun(source: {
    domainId: string
    dataSourceId: string
    type?: 'SCHEDULED' | 'PRIORITIZED' | undefined
  }): ActualDataSourceRun
  deleteRun(run: { domainId: string; runId: string }): { deleted: string }
  forgetTokens(): { forgotten: number }
  /** Takes out the events that have come by now, oldest first: each is given once. */
  takeEvents(): { dueAtMs: number; event: DataZoneEvent }[]
  /** No event can be taken before this moment, in epoch milliseconds; undefined when none is pending. */
  nextEventMs(): number | undefined
  runs(): ActualRun[]
  dataSourceRuns(): ActualDataSourceRun[]
  calls(): Calls
  /** Forgets runs, tokens, faults, outcomes, events and calls; catalogue and settings are as at the start again. */
  reset(): { domains: number }
  state(): SavedState
  setState(state: SavedState): { clockMs: number }
  clock(): { clockMs: number }
  /** Moves the clock forward: what is due by then happens. */
  advanceClock(move: { advanceMs: number }): { clockMs: number }
}

/** The control of a simulator in another process, over HTTP: the same functions, each with a promise. */
export type RemoteControl = {
  [Name in Exclude<keyof Control, 'nextEventMs'>]: (
    ...given: Parameters<Control[Name]>
  ) => Promise<ReturnType<Control[Name]>>
}

/** How a simulator starts; every option has a default. */
export interface SimulatorOptions {
  /** 0 finds a free port: the default. */
  port?: number | undefined
  /** Decides ids, durations and endings; 1 unless given. */
  seed?: number | string | undefined
  /** The clock, in epoch milliseconds; that of the machine unless given. */
  now?: (() => number) | undefined
  /** The sample catalogue of 24 tables unless given. */
  catalogue?: Catalogue | undefined
  settings?: Partial<Settings> | undefined
}

/** A simulator that listens on loopback until it is stopped. */
export interface Simulator {
  /** What an AWS SDK takes as its endpoint. */
  endpoint: string
  control: Control
  /** Breaks every connection and frees the port. */
  stop(): Promise<void>
}
