import type { RunKey } from '../../run/identity.ts'
import type {
  ClaimedRun,
  EndedRun,
  GenerationType,
  InFlightRun,
  ParkedRun,
  PlannedRun,
} from '../../run/run.ts'

/**
 * The outcome of a message, or of one of the runs that it requests. All but `retry` are durable: the message may be
 * acknowledged.
 */
export type RequestOutcome =
  | { readonly outcome: 'started'; readonly run: InFlightRun; readonly adopted: boolean }
  /** ALARM: DataZone has run `runId` for an attempt that already has another run, or has ended. It breaks P1. */
  | { readonly outcome: 'duplicate-run'; readonly runId: string; readonly of: RunKey }
  | { readonly outcome: 'duplicate'; readonly of: RunKey }
  | { readonly outcome: 'parked'; readonly run: ParkedRun }
  | { readonly outcome: 'planned'; readonly run: PlannedRun }
  | { readonly outcome: 'rejected'; readonly eventId: string; readonly reasons: readonly string[] }
  | {
      readonly outcome: 'skipped'
      readonly reason: 'MODE_OFF' | 'DOMAIN_NOT_SELECTED' | 'NO_RULE' | 'NO_TRIGGER'
    }
  /** A DataZone event that cannot be read; DataZone cannot fix it, so it is not rejected. */
  | { readonly outcome: 'skipped'; readonly reason: 'UNREADABLE_EVENT'; readonly problems: readonly string[] }
  /** A rule of the policy skips it; `rule` counts from 0. */
  | {
      readonly outcome: 'skipped'
      readonly reason: 'POLICY'
      readonly rule: number
      readonly because: string
    }
  /** A publish that would only repeat these types, of which `of` is the last run. */
  | {
      readonly outcome: 'skipped'
      readonly reason: 'REPEAT_GUARD'
      readonly of: RunKey
      readonly types: readonly GenerationType[]
    }
  /** Canceled before DataZone had a run. */
  | { readonly outcome: 'canceled'; readonly run: EndedRun }
  /** The record requests the cancel: at DataZone, or once it is known whether a run was started. */
  | { readonly outcome: 'cancel-requested'; readonly run: ParkedRun | ClaimedRun | InFlightRun }
  /** The run had ended before the cancel request arrived. */
  | { readonly outcome: 'cancel-too-late'; readonly of: RunKey }
  | { readonly outcome: 'nothing-to-cancel' }
  /** The message returns to the queue and is delivered again after `afterSeconds`. */
  | { readonly outcome: 'retry'; readonly afterSeconds: number; readonly reason: string }

type Retry = Extract<RequestOutcome, { outcome: 'retry' }>

/** Another invocation has written a record since it was read: read it again. */
export const recordChanged: Retry = { outcome: 'retry', afterSeconds: 1, reason: 'RECORD_CHANGED' }

/** Another invocation has claimed a run of this data source since its records were read: read them again. */
export const sourceClaimed: Retry = { outcome: 'retry', afterSeconds: 1, reason: 'SOURCE_CLAIMED' }

/** Two requests raced for attempt n+1; the loser, if it says `regenerate`, makes the attempt after it. */
export const attemptTaken: Retry = { outcome: 'retry', afterSeconds: 1, reason: 'ATTEMPT_TAKEN' }

const lostRaces: readonly RequestOutcome[] = [recordChanged, sourceClaimed, attemptTaken]

/** Whether another invocation was faster, so the records need only be read again. */
export const isLostRace = (outcome: RequestOutcome): outcome is Retry => lostRaces.includes(outcome)

/**
 * P8: an older deployment must not act on a record of a newer one; the message returns to the queue until a newer one
 * takes it.
 */
export const recordUnreadable: RequestOutcome = {
  outcome: 'retry',
  afterSeconds: 900,
  reason: 'RECORD_UNREADABLE',
}
