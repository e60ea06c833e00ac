import type { OwnershipTransfer } from '../run/asset-owner.ts'
import type { TableSchema } from '../run/asset-schema.ts'
import type { GenerationType, RunError } from '../run/run.ts'
import type { SourceStatistics, TypeStat } from '../run/service-result.ts'

/** Why DataZone refused a call, classified once, in the adapter. */
export type RefusalKind =
  /** 400: the request itself is wrong. */
  | 'INVALID'
  /** 404 */
  | 'NOT_FOUND'
  /** 401, 403 */
  | 'DENIED'
  /** 402: a monthly quota is used up. */
  | 'QUOTA_EXCEEDED'
  /** 409 */
  | 'CONFLICT'
  /** 429 */
  | 'THROTTLED'
  /** 5xx, network, timeout, and every error that the adapter does not know. */
  | 'UNAVAILABLE'

export interface Refusal {
  readonly kind: RefusalKind
  /** The call certainly had no effect. False after 5xx, timeouts and broken connections. */
  readonly definite: boolean
  /** The service's own error name. */
  readonly name: string
  readonly message: string
  /** Only of a Start that the deployment's older API cannot run as a whole: the types that it can run alone. */
  readonly supportedTypes?: readonly GenerationType[]
  readonly cause: unknown
}

export type Answer<T> =
  | { readonly outcome: 'answered'; readonly value: T }
  | { readonly outcome: 'refused'; readonly refusal: Refusal }

/** The generation of the DataZone API to expect: found from each domain's refusals, or pinned. */
export type ApiSetting = 'auto' | 'current' | 'older'

/** Receives the paths of the fields of an answer that could not be read. */
export type ReportUnreadableFields = (operation: string, fields: readonly string[]) => void

export interface Asset {
  readonly revision: string
  readonly owningProjectId: string
  /** For example `amazon.datazone.GlueTableAssetType`. */
  readonly typeIdentifier: string
  readonly name: string
  /** The tables that its forms describe. Absent when no form describes one, or one cannot be read. */
  readonly tables?: readonly TableSchema[]
  /** A transfer to another project, active or over. Absent where the deployment shows none. */
  readonly transfer?: OwnershipTransfer
}

export interface DataSource {
  /** For example `READY`, `UPDATING` or `FAILED_UPDATE`. */
  readonly status: string
  /** Why it failed. */
  readonly error?: RunError
}

export interface StartInput {
  readonly domainId: string
  readonly projectId: string
  readonly assetId: string
  readonly revision: string
  readonly types: readonly GenerationType[]
  readonly clientToken: string
}

export interface StartSourceInput {
  readonly domainId: string
  readonly dataSourceId: string
  readonly clientToken: string
}

/** A run of either kind as Start, Get or List shows it. Statuses and types are strings, so that new values survive (P8). */
export interface ServiceRun {
  readonly runId: string
  readonly nativeStatus: string
  readonly types: readonly string[]
  /** The deployment shows only one `type`, so `types` may be incomplete. */
  readonly isOlderShape?: true
  readonly assetId?: string
  readonly revision?: string
  readonly createdAtMs?: number
  /** Of data source runs only. */
  readonly projectId?: string
  /** From Get only. */
  readonly typeStats?: readonly TypeStat[]
  /** The last three belong to data source runs, which have no `types`. */
  readonly statistics?: SourceStatistics
  readonly lineageStatus?: string
  readonly error?: RunError
}

export interface RunPage {
  readonly runs: readonly ServiceRun[]
  readonly nextToken?: string
  /** How many items had no readable id. One of them may be the run that a caller looks for. */
  readonly unreadableItems?: number
}

/**
 * The statuses that are listed: SUBMITTED and IN_PROGRESS by sweeps, the endings also for hints that name no run.
 */
export type ListedStatus =
  | 'SUBMITTED'
  | 'IN_PROGRESS'
  | 'SUCCEEDED'
  | 'PARTIALLY_SUCCEEDED'
  | 'FAILED'
  | 'CANCELED'

/**
 * The DataZone calls that the system makes, in its own nouns. Narrow, because every call needs a permission, and every
 * answer can be one that the code does not expect. A refusal is a value; only defects throw.
 */
export interface DataZone {
  getAsset(domainId: string, assetId: string): Promise<Answer<Asset>>
  /** Sends Start once, without a retry, and aborts after `abortAfterMs`. */
  startRun(input: StartInput, abortAfterMs: number): Promise<Answer<ServiceRun>>
  getRun(domainId: string, runId: string): Promise<Answer<ServiceRun>>
  /**
   * Asks DataZone to cancel a run; repeating it is harmless. Only `getRun` shows how the run ends, because it may end by
   * itself before the cancel takes effect. DataZone cannot cancel data source runs.
   */
  cancelRun(domainId: string, runId: string): Promise<Answer<void>>
  /** Returns one page of up to 50 runs of one status or one asset. */
  listRuns(
    domainId: string,
    query: { readonly status?: ListedStatus; readonly assetId?: string; readonly nextToken?: string },
  ): Promise<Answer<RunPage>>
  /** Like `startRun`. */
  startSourceRun(input: StartSourceInput, abortAfterMs: number): Promise<Answer<ServiceRun>>
  getDataSource(domainId: string, dataSourceId: string): Promise<Answer<DataSource>>
  getSourceRun(domainId: string, runId: string): Promise<Answer<ServiceRun>>
  /** Returns one page of up to 50 runs of a data source, of every status. */
  listSourceRuns(
    domainId: string,
    query: { readonly dataSourceId: string; readonly nextToken?: string },
  ): Promise<Answer<RunPage>>
}
