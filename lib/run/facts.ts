import type { ParkReason, RunError } from './run.ts'
import type { SourceStatistics, TypeStat } from './service-result.ts'

/** Everything that can be observed about a run. Facts are idempotent and may arrive in any order (P5). */
export interface Facts {
  /** A starter took the lease. */
  CLAIMED: { readonly kind: 'CLAIMED'; readonly leaseEndsAtMs: number }
  /** The sweep put a parked request, or a claim whose lease ended, back on the queue. */
  RELEASED: { readonly kind: 'RELEASED'; readonly holdUntilMs: number }
  /** An operator shortened the wait of a parked request. */
  MADE_DUE: { readonly kind: 'MADE_DUE'; readonly by: string }
  /** The request has to wait. `definite`: no Start of this lease can have taken effect. */
  REFUSED: {
    readonly kind: 'REFUSED'
    readonly reason: ParkReason
    readonly isBehindRequests?: true
    readonly retryAtMs: number
    readonly definite: boolean
    readonly error?: RunError
  }
  /** The sender must fix something. */
  REJECTED: { readonly kind: 'REJECTED'; readonly error: RunError }
  /** DataZone accepted Start, or List showed our run. */
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
    /** DataZone's error for a data source run as a whole. */
    readonly error?: RunError
  }
  /** Get showed the run active past its deadline. `cancelTried`: DataZone was asked to cancel it before that Get. */
  OVERDUE: { readonly kind: 'OVERDUE'; readonly nativeStatus: string; readonly cancelTried?: true }
  /** Get was refused for a run past its deadline. */
  UNANSWERED: { readonly kind: 'UNANSWERED' }
  /** Get answered 404 for a run that is old enough to be found. */
  MISSING: { readonly kind: 'MISSING' }
  /** Another request turned out to be a duplicate of the run; its next delivery is recognized before any call. */
  REQUESTED_AGAIN: {
    readonly kind: 'REQUESTED_AGAIN'
    readonly requestKey: string
    readonly correlationId?: string
  }
  /** A live request duplicates a waiting backfill request, which moves to the live lane. */
  MOVED_TO_LIVE: { readonly kind: 'MOVED_TO_LIVE'; readonly requestKey: string }
  /** A cancel request names the run. */
  CANCEL_REQUESTED: {
    readonly kind: 'CANCEL_REQUESTED'
    readonly requestId: string
    readonly reason?: string
  }
  /** DataZone accepted the cancel. Get shows how the run ends. */
  CANCEL_SENT: { readonly kind: 'CANCEL_SENT' }
  /** A cancel was requested, and no Start has taken effect or ever will. */
  CANCELED: { readonly kind: 'CANCELED' }
  /** Suggestions of the run's asset were accepted. */
  ACCEPTED: { readonly kind: 'ACCEPTED'; readonly acceptedAtMs: number }
  /** The bus accepted the terminal event. */
  ANNOUNCED: { readonly kind: 'ANNOUNCED' }
}
export type FactKind = keyof Facts
export type Fact = Facts[FactKind]
