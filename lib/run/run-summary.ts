import type { GenerationType, RunError } from './run.ts'

/** A run as the index by domain and status shows it. */
export interface RunSummary {
  /** The sort key of the record: with domain and target it identifies the run. */
  readonly record: string
  readonly domainId: string
  /** The state, or for an ended run its ending. */
  readonly status: string
  readonly projectId: string
  readonly projectName?: string
  readonly assetId?: string
  readonly assetName?: string
  readonly revision?: string
  readonly types?: readonly GenerationType[]
  readonly dataSourceId?: string
  readonly triggerKey?: string
  readonly attempt: number
  /** Why a parked request waits. */
  readonly reason?: string
  readonly runId?: string
  readonly error?: RunError
  /** DataZone's own status, when it is known. */
  readonly nativeStatus?: string
  /**
   * When the record was first written, when the run was started, and when its ending was detected. In ms since the epoch.
   */
  readonly createdAtMs?: number
  readonly startedAtMs?: number
  readonly detectedAtMs?: number
  /** When the record last changed, in ms since the epoch. */
  readonly updatedAtMs: number
}
