import type { RunSummary } from '../run/run-summary.ts'

/** What to list: the runs of one domain in one state or with one ending. */
export interface RunListQuery {
  readonly domainId: string
  /** A state (`PARKED`, `IN_FLIGHT`, ...) or an ending (`FAILED`, ...). */
  readonly status: string
  /** Only records written at this time or later, in ms since the epoch. */
  readonly sinceMs?: number
  /** Only records written before this time, in ms since the epoch. */
  readonly beforeMs?: number
  /** How many records a page holds at most. Default: 100. */
  readonly pageSize?: number
}

/**
 * The index that operators read: runs by domain and status. Narrow, because no decision may depend on it: it lags behind
 * the table and lacks the fields that decisions need. Throws PortUnavailable when the table does not answer.
 */
export interface RunList {
  /** Yields runs in pages, the latest written first. Reads a page only when the caller iterates to it. */
  newestFirst(query: RunListQuery): AsyncIterable<readonly RunSummary[]>
}
