import type { GenerationType, RunError } from './run.ts'

/** A run as the index by domain and status shows it. */
export interface RunSummary {
  readonly domainId: string
  /** The state, or for an ended run its ending. */
  readonly status: string
  readonly projectId: string
  readonly assetId?: string
  readonly revision?: string
  readonly types?: readonly GenerationType[]
  readonly dataSourceId?: string
  readonly triggerKey?: string
  readonly attempt: number
  /** Why a parked request waits. */
  readonly reason?: string
  readonly runId?: string
  readonly error?: RunError
  /** When the record last changed, in ms since the epoch. */
  readonly updatedAtMs: number
}
