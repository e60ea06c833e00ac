import type { ParkReason, RunError, SourceStatistics, TypeStat } from './run.ts'

/** Something observed about a run. */
export interface Facts {
  /** A starter took the lease. */
  CLAIMED: { readonly kind: 'CLAIMED'; readonly leaseEndsAtMs: number }
  /** The sweep put a parked record, or a claim whose lease ended, back on the queue. */
  RELEASED: { readonly kind: 'RELEASED'; readonly holdUntilMs: number }
  /** Not now. `definite` says that no Start of this lease can have taken effect. */
  REFUSED: {
    readonly kind: 'REFUSED'
    readonly reason: ParkReason
    readonly retryAtMs: number
    readonly definite: boolean
    readonly error?: RunError
  }
  /** Never: the sender must mend something. */
  REJECTED: { readonly kind: 'REJECTED'; readonly error: RunError }
  /** DataZone answered Start, or List showed our run. */
  STARTED: {
    readonly kind: 'STARTED'
    readonly runId: string
    readonly nativeStatus: string
    readonly startedAtMs: number
  }
  /** Get or List showed the run. */
  OBSERVED: {
    readonly kind: 'OBSERVED'
    readonly runId: string
    readonly nativeStatus: string
    readonly typeStats?: readonly TypeStat[]
    readonly statistics?: SourceStatistics
    readonly lineageStatus?: string
    /** What DataZone says of a data source run as a whole. */
    readonly error?: RunError
  }
  /**
   * A Get that DataZone answered shows the run still going, past its deadline. `cancelTried`: DataZone was asked to
   * cancel it before that Get.
   */
  OVERDUE: { readonly kind: 'OVERDUE'; readonly nativeStatus: string; readonly cancelTried?: true }
  /** Past its deadline, and Get was refused: nothing is known of it. */
  UNANSWERED: { readonly kind: 'UNANSWERED' }
  /** Get answered 404, and the run is old enough to be shown. */
  MISSING: { readonly kind: 'MISSING' }
  /** Another request asked for this very run: the next time it comes, it is known before any call. */
  REQUESTED_AGAIN: { readonly kind: 'REQUESTED_AGAIN'; readonly requestKey: string }
  /** A live request is about what a backfill has waiting: it goes before other backfill. */
  MOVED_TO_LIVE: { readonly kind: 'MOVED_TO_LIVE'; readonly requestKey: string }
  /** The repeat guard skipped a publish because of this run. */
  REPEAT_SKIPPED: { readonly kind: 'REPEAT_SKIPPED'; readonly requestKey: string }
  /** A request to cancel names the run. */
  CANCEL_REQUESTED: {
    readonly kind: 'CANCEL_REQUESTED'
    readonly requestId: string
    readonly reason?: string
  }
  /** DataZone took the cancel. How the run ends is what Get shows afterwards. */
  CANCEL_SENT: { readonly kind: 'CANCEL_SENT' }
  /** A cancel was asked for, and no Start has taken effect or ever will: whoever holds the lease sent none. */
  CANCELED: { readonly kind: 'CANCELED' }
  /** People accepted suggestions of the run's asset. */
  ACCEPTED: { readonly kind: 'ACCEPTED'; readonly acceptedAtMs: number }
  /** The bus took the terminal event. */
  ANNOUNCED: { readonly kind: 'ANNOUNCED' }
}
export type FactKind = keyof Facts
export type Fact = Facts[FactKind]
