import type { RunKey } from '../../run/identity.ts'
import type { ClaimedRun, EndedRun, InFlightRun, ParkedRun, PlannedRun } from '../../run/run.ts'

/**
 * What became of a message, or of one of the runs it asked for. All but `retry` are durable: the message may be
 * acknowledged.
 */
export type RequestOutcome =
  | { readonly outcome: 'started'; readonly run: InFlightRun; readonly adopted: boolean }
  /** ALARM: DataZone runs `runId` for an attempt that already has another run, or is over. P1 was broken. */
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
  /** By the policy's own word; `rule` counts from 0. */
  | {
      readonly outcome: 'skipped'
      readonly reason: 'POLICY'
      readonly rule: number
      readonly because: string
    }
  /** A publish of what succeeded a short while ago, as the run `of` says in its history. */
  | { readonly outcome: 'skipped'; readonly reason: 'REPEAT_GUARD'; readonly of: RunKey }
  /** Cancelled before DataZone had a run of it. */
  | { readonly outcome: 'canceled'; readonly run: EndedRun }
  /** To be cancelled, as its record says: at DataZone, or once it is known whether a run was started. */
  | { readonly outcome: 'cancel-requested'; readonly run: ParkedRun | ClaimedRun | InFlightRun }
  /** A request to cancel came when the run had ended. */
  | { readonly outcome: 'cancel-too-late'; readonly of: RunKey }
  | { readonly outcome: 'nothing-to-cancel' }
  /** Back to the queue, to be seen again after `afterSeconds`. */
  | { readonly outcome: 'retry'; readonly afterSeconds: number; readonly reason: string }

type Retry = Extract<RequestOutcome, { outcome: 'retry' }>

/** Somebody else has written a record since it was read: it is to be read again. */
export const recordChanged: Retry = { outcome: 'retry', afterSeconds: 1, reason: 'RECORD_CHANGED' }

/** Somebody else claimed a run of this data source since its records were read: they are to be read again. */
export const sourceClaimed: Retry = { outcome: 'retry', afterSeconds: 1, reason: 'SOURCE_CLAIMED' }

/** A race for attempt n+1 of two requests has one winner; one to regenerate makes the attempt after it. */
export const attemptTaken: Retry = { outcome: 'retry', afterSeconds: 1, reason: 'ATTEMPT_TAKEN' }

const lostRaces: readonly RequestOutcome[] = [recordChanged, sourceClaimed, attemptTaken]

/** Whether the records have only to be read again, because somebody else was faster. */
export const isLostRace = (outcome: RequestOutcome): outcome is Retry => lostRaces.includes(outcome)

/**
 * P8: an older deployment must not act on what a newer one wrote; the message goes back until a newer one takes it.
 */
export const recordUnreadable: RequestOutcome = {
  outcome: 'retry',
  afterSeconds: 900,
  reason: 'RECORD_UNREADABLE',
}
