import type { GenerationType, RunError, SourceStatistics, TypeStat } from '../run/run.ts'

/** Why DataZone did not do what it was asked, classified once in the adapter. */
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
  /** 5xx, network, time-out, and every error that nobody has heard of. */
  | 'UNAVAILABLE'

export interface Refusal {
  readonly kind: RefusalKind
  /** The call had no effect, for certain. False after 5xx, time-outs and broken connections. */
  readonly definite: boolean
  /** The service's own error name. */
  readonly name: string
  readonly message: string
  readonly cause: unknown
}

export type Answer<T> =
  | { readonly outcome: 'answered'; readonly value: T }
  | { readonly outcome: 'refused'; readonly refusal: Refusal }

export interface Asset {
  readonly revision: string
  readonly owningProjectId: string
  /** As `amazon.datazone.GlueTableAssetType`. */
  readonly typeIdentifier: string
  readonly name: string
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

/** A run of either kind as Start, Get or List shows it. Statuses and types are strings here: newer ones must survive (P8). */
export interface ServiceRun {
  readonly runId: string
  readonly nativeStatus: string
  readonly types: readonly string[]
  /** Told by a deployment that knows one `type` only, so `types` may be short of some. */
  readonly isOlderShape?: true
  readonly assetId?: string
  readonly revision?: string
  readonly createdAtMs?: number
  /** From Get only. */
  readonly typeStats?: readonly TypeStat[]
  /** The last three are of data source runs only, which have no `types`. */
  readonly statistics?: SourceStatistics
  readonly lineageStatus?: string
  readonly error?: RunError
}

export interface RunPage {
  readonly runs: readonly ServiceRun[]
  readonly nextToken?: string
}

/**
 * The statuses that are listed: SUBMITTED and IN_PROGRESS by sweeps, FAILED also and PARTIALLY_SUCCEEDED only where the
 * policy does not want to know why, CANCELED by a hint that names no run.
 */
export type ListedStatus =
  | 'SUBMITTED'
  | 'IN_PROGRESS'
  | 'SUCCEEDED'
  | 'PARTIALLY_SUCCEEDED'
  | 'FAILED'
  | 'CANCELED'

/** The calls the system makes, in its own nouns. What DataZone refuses is a value; only defects throw. */
export interface DataZone {
  getAsset(domainId: string, assetId: string): Promise<Answer<Asset>>
  /** Sent once, never retried here, and given up after `abortAfterMs`. */
  startRun(input: StartInput, abortAfterMs: number): Promise<Answer<ServiceRun>>
  getRun(domainId: string, runId: string): Promise<Answer<ServiceRun>>
  /**
   * Asks for a run to be cancelled; a second time changes nothing. How it ends only `getRun` tells: it may have ended,
   * or end, by itself before the cancel takes effect. DataZone has no such call for data source runs.
   */
  cancelRun(domainId: string, runId: string): Promise<Answer<void>>
  /** One page of up to 50, of one status or of one asset. */
  listRuns(
    domainId: string,
    query: { readonly status?: ListedStatus; readonly assetId?: string; readonly nextToken?: string },
  ): Promise<Answer<RunPage>>
  /** Like `startRun`. */
  startSourceRun(input: StartSourceInput, abortAfterMs: number): Promise<Answer<ServiceRun>>
  getSourceRun(domainId: string, runId: string): Promise<Answer<ServiceRun>>
  /** One page of up to 50 of a data source's runs, of every status. */
  listSourceRuns(
    domainId: string,
    query: { readonly dataSourceId: string; readonly nextToken?: string },
  ): Promise<Answer<RunPage>>
}
