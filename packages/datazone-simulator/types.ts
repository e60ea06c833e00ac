/** A domain, and everything in it. */
export interface Domain {
  id: string
  /** The access key that signs a call decides which user makes it. */
  users?: User[] | undefined
  /** ARN of the domain's execution role, which GetDomain returns. */
  executionRoleArn?: string | undefined
  /** ARN of the customer managed key that encrypts the domain. */
  kmsKeyArn?: string | undefined
  /** Whether the execution role may call iam:GetRole. Default: true. */
  readsRoles?: boolean | undefined
  /** Whether IAM roles can become members of projects. Default: true. */
  addsRoles?: boolean | undefined
  /** The status of new user profiles. Default: `ACTIVATED`. */
  profileStatus?: string | undefined
  projects: Project[]
  assets: Asset[]
  dataSources?: DataSource[] | undefined
}

/** A user of a domain. */
export interface User {
  id: string
  /** ARN of the IAM user or role. */
  arn?: string | undefined
  /** Only an `ACTIVATED` user may act in a project with members. Default: `ACTIVATED`. */
  status?: string | undefined
  accessKeyIds?: string[] | undefined
  groupIds?: string[] | undefined
}

/** A member of a project: a user or a group. */
export interface Member {
  userId?: string | undefined
  groupId?: string | undefined
  /** Default: `PROJECT_CONTRIBUTOR`. */
  designation?: string | undefined
}

/** A project. Every caller may act in a project without members. */
export interface Project {
  id: string
  name: string
  members?: Member[] | undefined
  /** Whether every caller may act in the project. Default: true without members. */
  isOpen?: boolean | undefined
}

/** A column of an asset. Further fields appear in the asset's form unchanged. */
export interface Column {
  name: string
  dataType: string
  [more: string]: unknown
}

/** An asset, with the content of its first revision. */
export interface Asset {
  id: string
  projectId: string
  name: string
  /** For example `amazon.datazone.GlueTableAssetType`. */
  typeIdentifier: string
  columns: Column[]
  /** Default: `1`. */
  revision?: string | undefined
  description?: string | undefined
  glossaryTerms?: string[] | undefined
  /** Default: `ACTIVE`. */
  listing?: 'ACTIVE' | 'INACTIVE' | 'NONE' | undefined
  /** The form types of a custom asset type. */
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
  /** Only a `READY` data source can be run. Default: `READY`. */
  status?: string | undefined
  /** How many tables a run reads. Default: 10. */
  tables?: number | undefined
  /** The configuration that each run returns in its snapshot. */
  configuration?: Record<string, Json> | undefined
}

/** A JSON value. */
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
  /** The number of calls that the fault hits before it ends. */
  times?: number | undefined
  /** When the fault ends, in epoch milliseconds of the simulator's clock. */
  untilMs?: number | undefined
  /** How long the fault lasts from now on, in milliseconds of the simulator's clock. */
  forMs?: number | undefined
  /** The share of calls that the fault hits, from 0 to 1, drawn from the seed. Default: 1. */
  probability?: number | undefined
}

/** A fault: what goes wrong, and in which calls. docs/SIMULATOR.md explains each kind. */
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

/** How a run ends: `unknown` is a status that no model has, and `stuck` never ends. */
export type Outcome = 'succeeded' | 'failed' | 'partial' | 'unknown' | 'stuck'

/** The outcome of the runs of one asset or data source that start from now on. */
export interface PlannedOutcome {
  target: string
  outcome: Outcome
  durationMs?: number | undefined
}

/** How the simulator behaves. docs/SIMULATOR.md explains each setting and gives its default. */
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

/** The true state of a metadata run, which Get and List may not show. Times are epoch milliseconds. */
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

/**
 * The true state of a data source run. Times are epoch milliseconds; a run that never ends has Infinity, null over
 * HTTP.
 */
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

/** An event of `aws.datazone`, with its EventBridge envelope. */
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

/** The calls that were made. */
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

/** The statuses of a data source. Only a READY data source can be run. */
export type DataSourceStatus =
  | 'CREATING'
  | 'FAILED_CREATION'
  | 'READY'
  | 'UPDATING'
  | 'FAILED_UPDATE'
  | 'DELETING'
  | 'FAILED_DELETION'

/** What `state` returned: opaque JSON for `setState`. */
export type SavedState = { version: 1 }

/** Sets up the simulator, and shows its true state. Wrong input throws a ControlError that names each wrong field. */
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
  /** Removes and returns the events that have reached the bus by now, oldest first. */
  takeEvents(): { dueAtMs: number; event: DataZoneEvent }[]
  /** The earliest moment at which an event can be taken, in epoch milliseconds; undefined when none is pending. */
  nextEventMs(): number | undefined
  runs(): ActualRun[]
  dataSourceRuns(): ActualDataSourceRun[]
  calls(): Calls
  /**
   * Forgets runs, tokens, faults, outcomes, events and calls, and restores the loaded catalogue and the first settings.
   */
  reset(): { domains: number }
  state(): SavedState
  setState(state: SavedState): { clockMs: number }
  clock(): { clockMs: number }
  /** Moves the clock forward; everything that is due by then happens. */
  advanceClock(move: { advanceMs: number }): { clockMs: number }
}

/** The control of a simulator in another process, over HTTP: the same functions, which return promises. */
export type RemoteControl = {
  [Name in Exclude<keyof Control, 'nextEventMs'>]: (
    ...given: Parameters<Control[Name]>
  ) => Promise<ReturnType<Control[Name]>>
}

/** The options of a simulator; each has a default. */
export interface SimulatorOptions {
  /** Default: 0, which finds a free port. */
  port?: number | undefined
  /** Decides ids, durations and endings. Default: 1. */
  seed?: number | string | undefined
  /** Returns the time in epoch milliseconds. Default: `Date.now`. */
  now?: (() => number) | undefined
  /** Default: the sample catalogue of 24 tables. */
  catalogue?: Catalogue | undefined
  settings?: Partial<Settings> | undefined
}

/** A simulator that listens on 127.0.0.1 until it is stopped. */
export interface Simulator {
  /** The URL that an AWS SDK client takes as its endpoint. */
  endpoint: string
  control: Control
  /** Closes every connection and frees the port. */
  stop(): Promise<void>
}
