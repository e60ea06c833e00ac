import { canceledUnstarted, endedAsShown, endedUnseen, rejected } from './ended-run.ts'
import type { FactKind, Facts } from './facts.ts'
import { carriedOver, withHistory } from './history.ts'
import { heldMsUntil, heldSinceMs } from './max-wait.ts'
import { cancelRetryAtMs, openStarts, spanOf } from './open-starts.ts'
import { present } from './present.ts'
import {
  type ClaimedRun,
  type EndedRun,
  type InFlightRun,
  isCancelRequested,
  isRequestedBy,
  isWaiting,
  owesCancel,
  type ParkedRun,
  type Run,
} from './run.ts'
import { meaningOfStatus } from './service-status.ts'
import { changed, impossible, noted, type Transition, unchanged } from './transition-outcome.ts'

/**
 * The state machine: every branch of it is in this file. Its rules:
 *
 * 1. P5: an ending is final. No fact changes it; later facts go to the history.
 * 2. P5: facts are idempotent and may arrive in any order.
 * 3. P1: a Start that may have taken effect stays on the record (`startSent`, `earlierStart`) until the run has a run
 *    id or has ended. A second run id is an alarm in the history, never a second record.
 * 4. P11: a fact that changes nothing is `unchanged`, and costs no write.
 * 5. P8: an unrecognized status is kept and shown, and never ends a run.
 * 6. P9: TIMED_OUT needs a Get that shows the run active past its deadline, or a day without an answer; LOST needs two
 *    404s, ten minutes apart.
 */

/** The state that each fact leads to. */
interface Reached {
  CLAIMED: ClaimedRun
  RELEASED: ParkedRun
  MADE_DUE: ParkedRun
  REFUSED: ParkedRun
  REJECTED: EndedRun
  STARTED: InFlightRun
  OBSERVED: InFlightRun | EndedRun
  OVERDUE: InFlightRun | EndedRun
  UNANSWERED: InFlightRun | EndedRun
  MISSING: InFlightRun | EndedRun
  REQUESTED_AGAIN: Run
  MOVED_TO_LIVE: ParkedRun | ClaimedRun
  CANCEL_REQUESTED: Run
  CANCEL_SENT: InFlightRun
  CANCELED: EndedRun
  ACCEPTED: EndedRun
  ANNOUNCED: EndedRun
}

/** Two 404s this far apart mean that DataZone no longer has the run. */
const lostAfterMs = 10 * 60_000
/** No outage of a read lasts a whole day. */
const maxUnansweredMs = 24 * 3_600_000
/** The repeat guard counts in days, so acceptances within an hour of each other are one. */
const acceptanceStepMs = 3_600_000
const maxDuplicateKeys = 20

const notFoundSince = (run: ParkedRun | ClaimedRun) => present({ notFoundSinceMs: run.notFoundSinceMs })

const hasStartedOrEnded = (run: Run): run is InFlightRun | EndedRun =>
  run.state === 'IN_FLIGHT' || run.state === 'ENDED'

const isLeased = (run: Run, nowMs: number): boolean => run.state === 'CLAIMED' && nowMs < run.leaseEndsAtMs

type Moves = {
  readonly [Kind in FactKind]: (run: Run, fact: Facts[Kind], nowMs: number) => Transition<Reached[Kind]>
}

const moves: Moves = {
  CLAIMED: (run, fact, nowMs) => {
    if (hasStartedOrEnded(run) || isLeased(run, nowMs)) return impossible(run, fact)
    return changed({
      ...carriedOver(run, nowMs, 'claimed'),
      state: 'CLAIMED',
      leaseEndsAtMs: fact.leaseEndsAtMs,
      startSent: { firstAtMs: nowMs, lastAtMs: fact.leaseEndsAtMs },
      ...present({ heldMs: heldMsUntil(run, nowMs) }),
      ...(run.state === 'PLANNED' ? {} : { ...openStarts(run), ...notFoundSince(run) }),
    })
  },

  RELEASED: (run, fact, nowMs) => {
    if (!isWaiting(run) || isLeased(run, nowMs)) return impossible(run, fact)
    const isClaim = run.state === 'CLAIMED'
    return changed({
      ...carriedOver(run, nowMs, isClaim ? 'lease ended, released' : 'released'),
      state: 'PARKED',
      reason: isClaim ? 'LEASE_EXPIRED' : run.reason,
      retryAtMs: fact.holdUntilMs,
      releasedAtMs: nowMs,
      ...openStarts(run),
      ...notFoundSince(run),
      ...(isClaim ? {} : present({ error: run.error, heldSinceMs: run.heldSinceMs })),
    })
  },

  MADE_DUE: (run, { by }, nowMs) =>
    run.state !== 'PARKED' || run.releasedAtMs !== undefined || run.retryAtMs <= nowMs
      ? unchanged
      : changed({ ...run, retryAtMs: nowMs, history: withHistory(run, nowMs, `made due by ${by}`) }),

  REFUSED: (run, fact, nowMs) => {
    if (!isWaiting(run)) return impossible(run, fact)
    const { reason, retryAtMs, definite, error } = fact
    const open =
      run.state === 'CLAIMED' && !definite
        ? spanOf(run.earlierStart, { firstAtMs: run.startSent.firstAtMs, lastAtMs: nowMs })
        : run.earlierStart
    return changed({
      ...carriedOver(
        run,
        nowMs,
        error === undefined ? `parked: ${reason}` : `parked: ${reason} (${error.name})`,
      ),
      state: 'PARKED',
      reason,
      retryAtMs: run.cancel === undefined ? retryAtMs : cancelRetryAtMs(retryAtMs, open, nowMs),
      ...(reason === 'NOT_FOUND' ? { notFoundSinceMs: run.notFoundSinceMs ?? nowMs } : {}),
      ...present({
        earlierStart: open,
        error,
        heldMs: heldMsUntil(run, nowMs),
        heldSinceMs: heldSinceMs(fact, nowMs),
      }),
    })
  },

  REJECTED: (run, fact, nowMs) =>
    isWaiting(run) ? changed(rejected(run, fact.error, nowMs)) : impossible(run, fact),

  STARTED: (run, fact, nowMs) => {
    const { runId, startedAtMs, nativeStatus } = fact
    switch (run.state) {
      case 'CLAIMED':
      case 'PARKED': {
        // DataZone has no cancel for data source runs.
        const isUncancelable = run.cancel !== undefined && run.subject.kind === 'DATA_SOURCE'
        const note = isUncancelable ? ', and cannot be canceled' : ''
        const { cancel, ...carried } = carriedOver(run, nowMs, `started as ${runId}${note}`)
        return changed({
          ...carried,
          ...present({ cancel: isUncancelable ? undefined : cancel }),
          state: 'IN_FLIGHT',
          runId,
          startedAtMs,
          nativeStatus,
        })
      }
      case 'IN_FLIGHT':
      case 'ENDED':
        return run.runId === runId ? unchanged : noted(run, nowMs, `ALARM: duplicate run detected: ${runId}`)
      case 'PLANNED':
        return impossible(run, fact)
      default:
        return run satisfies never
    }
  },

  OBSERVED: (run, fact, nowMs) => {
    if (run.state === 'ENDED') {
      return run.nativeStatus === fact.nativeStatus || run.runId !== fact.runId
        ? unchanged
        : noted(run, nowMs, `seen later as ${fact.nativeStatus}`)
    }
    if (run.state !== 'IN_FLIGHT') return impossible(run, fact)
    if (run.runId !== fact.runId) return unchanged
    const meaning = meaningOfStatus(run.subject.kind, fact.nativeStatus)
    if (meaning.phase === 'ended') return changed(endedAsShown(run, meaning.ending, fact, nowMs))
    const isNews = !meaning.known && run.nativeStatus !== fact.nativeStatus
    const wasAway = run.notFoundSinceMs !== undefined || run.unansweredSinceMs !== undefined
    if (!isNews && !wasAway) return unchanged
    const { notFoundSinceMs: _, unansweredSinceMs: __, ...found } = run
    const what = isNews ? `unrecognized status ${fact.nativeStatus}` : 'found again'
    return changed({ ...found, nativeStatus: fact.nativeStatus, history: withHistory(run, nowMs, what) })
  },

  OVERDUE: (run, fact, nowMs) => {
    if (run.state !== 'IN_FLIGHT') return impossible(run, fact)
    if (fact.cancelTried !== true && run.subject.kind === 'METADATA_GENERATION') {
      // The cancel is recorded, then sent, then the run is read once more: an ending of its own wins.
      if (run.cancel === undefined && run.policy?.cancelAtDeadline === true) {
        const history = withHistory(run, nowMs, 'past its deadline, to be canceled')
        return changed({ ...run, history, cancel: { requestedAtMs: nowMs } })
      }
      // A cancel that is never sent must not keep the run in flight.
      const owedForMs = nowMs - (run.cancel?.requestedAtMs ?? nowMs)
      if (owesCancel(run) && owedForMs < maxUnansweredMs) return unchanged
    }
    return changed(endedUnseen(run, 'TIMED_OUT', nowMs, fact.nativeStatus))
  },

  UNANSWERED: (run, fact, nowMs) => {
    if (run.state !== 'IN_FLIGHT') return impossible(run, fact)
    if (run.unansweredSinceMs === undefined) {
      const history = withHistory(run, nowMs, 'past its deadline, and no answer')
      return changed({ ...run, unansweredSinceMs: nowMs, history })
    }
    return nowMs - run.unansweredSinceMs < maxUnansweredMs
      ? unchanged
      : changed(endedUnseen(run, 'TIMED_OUT', nowMs, run.nativeStatus))
  },

  MISSING: (run, fact, nowMs) => {
    if (run.state !== 'IN_FLIGHT') return impossible(run, fact)
    if (run.notFoundSinceMs === undefined) {
      return changed({ ...run, notFoundSinceMs: nowMs, history: withHistory(run, nowMs, 'not found') })
    }
    return nowMs - run.notFoundSinceMs < lostAfterMs
      ? unchanged
      : changed(endedUnseen(run, 'LOST', nowMs, run.nativeStatus))
  },

  REQUESTED_AGAIN: (run, { requestKey, correlationId }) => {
    if (isRequestedBy(run, requestKey)) return unchanged
    const newest = (run.alsoRequestedBy ?? []).slice(-(maxDuplicateKeys - 1))
    return changed({ ...run, alsoRequestedBy: [...newest, { requestKey, ...present({ correlationId }) }] })
  },

  MOVED_TO_LIVE: (run, { requestKey }, nowMs) => {
    if (!isWaiting(run) || run.request.lane === 'live') return unchanged
    const moved = {
      request: { ...run.request, lane: 'live' as const },
      history: withHistory(run, nowMs, `moved to live by ${requestKey}`),
    }
    // A request that waited in the backfill lane is due at once; a released one has its message on the way.
    const waitsAsBackfill = run.state === 'PARKED' && (run.reason === 'BACKFILL' || run.reason === 'CAP_FULL')
    return waitsAsBackfill && run.releasedAtMs === undefined
      ? changed({ ...run, ...moved, retryAtMs: Math.min(run.retryAtMs, nowMs) })
      : changed({ ...run, ...moved })
  },

  CANCEL_REQUESTED: (run, fact, nowMs) => {
    const { requestId, reason } = fact
    const because = reason === undefined ? '' : `: ${reason}`
    const requested = {
      history: withHistory(run, nowMs, `cancel requested by ${requestId}${because}`),
      cancel: { requestedAtMs: nowMs, ...run.cancel, requestId },
    }
    switch (run.state) {
      case 'PLANNED':
      case 'ENDED':
        return impossible(run, fact)
      case 'PARKED':
        if (run.earlierStart === undefined) return changed(canceledUnstarted({ ...run, ...requested }, nowMs))
        // A Start of it may have taken effect, so it is released soon and looked up before it ends.
        return isCancelRequested(run)
          ? unchanged
          : changed({ ...run, ...requested, retryAtMs: Math.min(run.retryAtMs, nowMs) })
      case 'CLAIMED':
        return isCancelRequested(run) ? unchanged : changed({ ...run, ...requested })
      case 'IN_FLIGHT':
        if (run.subject.kind === 'DATA_SOURCE') return impossible(run, fact)
        return isCancelRequested(run) ? unchanged : changed({ ...run, ...requested })
      default:
        return run satisfies never
    }
  },

  CANCEL_SENT: (run, fact, nowMs) => {
    if (run.state !== 'IN_FLIGHT' || run.cancel === undefined) return impossible(run, fact)
    if (run.cancel.sentAtMs !== undefined) return unchanged
    const history = withHistory(run, nowMs, 'cancel accepted')
    return changed({ ...run, history, cancel: { ...run.cancel, sentAtMs: nowMs } })
  },

  CANCELED: (run, fact, nowMs) =>
    isWaiting(run) && isCancelRequested(run) ? changed(canceledUnstarted(run, nowMs)) : impossible(run, fact),

  ACCEPTED: (run, fact, nowMs) => {
    const { acceptedAtMs } = fact
    if (run.state !== 'ENDED' || run.runId === undefined) return impossible(run, fact)
    // Suggestions that were accepted before the run ended are not this run's.
    const sinceMs = run.acceptedAtMs === undefined ? run.detectedAtMs : run.acceptedAtMs + acceptanceStepMs
    if (acceptedAtMs < sinceMs) return unchanged
    return changed({ ...run, history: withHistory(run, nowMs, 'suggestions accepted'), acceptedAtMs })
  },

  ANNOUNCED: (run, fact, nowMs) => {
    if (run.state !== 'ENDED') return impossible(run, fact)
    if (run.announcedAtMs !== undefined) return unchanged
    return changed({ ...run, history: withHistory(run, nowMs, 'announced'), announcedAtMs: nowMs })
  },
}

/**
 * Applies a fact to a run and returns what to write, if anything. Pure.
 * @param nowMs milliseconds since the epoch
 */
export const transition = <Kind extends FactKind>(
  run: Run,
  fact: Facts[Kind] & { readonly kind: Kind },
  nowMs: number,
): Transition<Reached[Kind]> => moves[fact.kind](run, fact, nowMs)
