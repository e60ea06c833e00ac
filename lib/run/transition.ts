import { errorText } from './error-text.ts'
import type { Fact, FactKind, Facts } from './facts.ts'
import {
  type ClaimedRun,
  type EndedRun,
  type Ending,
  type InFlightRun,
  isCancelRequested,
  isRequestedBy,
  owesCancel,
  type ParkedRun,
  type Run,
  type StartSent,
  type TypeStat,
} from './run.ts'
import { meaningOfStatus } from './service-status.ts'

/** The state that each fact leads to. */
interface Reached {
  CLAIMED: ClaimedRun
  RELEASED: ParkedRun
  REFUSED: ParkedRun
  REJECTED: EndedRun
  STARTED: InFlightRun
  OBSERVED: InFlightRun | EndedRun
  OVERDUE: InFlightRun | EndedRun
  UNANSWERED: InFlightRun | EndedRun
  MISSING: InFlightRun | EndedRun
  REQUESTED_AGAIN: Run
  MOVED_TO_LIVE: ParkedRun | ClaimedRun
  REPEAT_SKIPPED: Run
  CANCEL_REQUESTED: Run
  CANCEL_SENT: InFlightRun
  CANCELED: EndedRun
  ACCEPTED: EndedRun
  ANNOUNCED: EndedRun
}

/**
 * `changed`: write `run`. `noted`: the state stays, the history grows (write `run`). `unchanged`: write nothing (P11).
 * `impossible`: the fact does not apply to this state; `why` says it in words.
 */
export type Transition<Next extends Run = Run> =
  | { readonly outcome: 'changed'; readonly run: Next }
  | { readonly outcome: 'noted'; readonly run: Run }
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'impossible'; readonly why: string }

/** DataZone bounds neither these texts nor their number; a record over 400 KB could never be written. */
const typeStatsLimit = 10
const shortened = (stat: TypeStat): TypeStat => ({
  type: errorText(stat.type, 100),
  status: errorText(stat.status, 100),
  ...(stat.errorMessage === undefined ? {} : { errorMessage: errorText(stat.errorMessage) }),
})

const historyLimit = 20
const askersLimit = 20

const withHistory = (run: Run, nowMs: number, what: string): Run['history'] => [
  ...run.history.slice(-(historyLimit - 1)),
  { atMs: nowMs, what: errorText(what, 200) },
]

const base = (run: Run, nowMs: number, what: string) => ({
  subject: run.subject,
  attempt: run.attempt,
  projectId: run.projectId,
  request: run.request,
  ...(run.policy === undefined ? {} : { policy: run.policy }),
  ...(run.onlyTypes === undefined ? {} : { onlyTypes: run.onlyTypes }),
  ...(run.retriesBefore === undefined ? {} : { retriesBefore: run.retriesBefore }),
  ...(run.countedIn === undefined ? {} : { countedIn: run.countedIn }),
  ...(run.alsoRequestedBy === undefined ? {} : { alsoRequestedBy: run.alsoRequestedBy }),
  ...(run.cancel === undefined ? {} : { cancel: run.cancel }),
  createdAtMs: run.createdAtMs,
  version: run.version,
  history: withHistory(run, nowMs, what),
})

const unchanged = { outcome: 'unchanged' } as const
/** A run that ends without DataZone saying how. */
const givenUp = (
  run: InFlightRun,
  ending: 'TIMED_OUT' | 'LOST',
  nowMs: number,
  nativeStatus: string,
): { outcome: 'changed'; run: EndedRun } => ({
  outcome: 'changed',
  run: {
    ...base(run, nowMs, ending),
    state: 'ENDED',
    ending,
    detectedAtMs: nowMs,
    runId: run.runId,
    startedAtMs: run.startedAtMs,
    nativeStatus,
  },
})

/** What its own deadline had cancelled has timed out: it did not come to that ending by itself. */
const endingOf = (run: InFlightRun, told: Ending): Ending =>
  told === 'CANCELED' && run.cancel !== undefined && !isCancelRequested(run) ? 'TIMED_OUT' : told

/** A run that was cancelled before DataZone had one. */
const canceled = (run: ParkedRun | ClaimedRun, nowMs: number): { outcome: 'changed'; run: EndedRun } => ({
  outcome: 'changed',
  run: { ...base(run, nowMs, 'CANCELED'), state: 'ENDED', ending: 'CANCELED', detectedAtMs: nowMs },
})

/** A whole day without an answer, past the deadline, is no outage's fruit. */
const unansweredForMs = 24 * 3_600_000

/** Two answers of 404 so far apart mean that DataZone no longer knows the run. */
const lostAfterMs = 10 * 60_000

const impossible = (run: Run, fact: Fact): { outcome: 'impossible'; why: string } => ({
  outcome: 'impossible',
  why: `${fact.kind} does not apply to a run that is ${run.state}`,
})
const noted = (run: Run, nowMs: number, what: string): Transition<never> =>
  run.history.some((entry) => entry.what === what)
    ? unchanged
    : { outcome: 'noted', run: { ...run, history: withHistory(run, nowMs, what) } }

/** People accept one suggestion after the other; what counts from it counts in days. */
const acceptanceStepMs = 3_600_000

/** Both Starts may have taken effect: first began no earlier than the earlier, and was sent no later than the later. */
const either = (left: StartSent | undefined, right: StartSent): StartSent =>
  left === undefined
    ? right
    : {
        firstAtMs: Math.min(left.firstAtMs, right.firstAtMs),
        lastAtMs: Math.max(left.lastAtMs, right.lastAtMs),
      }

/** What earlier leases left open: Starts whose fate is unknown. */
const openStarts = (run: ParkedRun | ClaimedRun): { earlierStart?: StartSent } => {
  const sent = run.state === 'CLAIMED' ? either(run.earlierStart, run.startSent) : run.earlierStart
  return sent === undefined ? {} : { earlierStart: sent }
}

/** How long a run that is to be cancelled waits to be looked for again. */
const cancelLookAgainMs = 60_000

/**
 * When a run goes on that is parked and to be cancelled: at once when no Start of it is open; else List is asked soon,
 * whatever else the run would have waited for.
 */
const cancelAtMs = (retryAtMs: number, open: StartSent | undefined, nowMs: number): number =>
  open === undefined ? nowMs : Math.min(retryAtMs, nowMs + cancelLookAgainMs)

const notFoundSince = (run: Run): { notFoundSinceMs?: number } =>
  (run.state === 'CLAIMED' || run.state === 'PARKED') && run.notFoundSinceMs !== undefined
    ? { notFoundSinceMs: run.notFoundSinceMs }
    : {}

type Moves = {
  readonly [Kind in FactKind]: (run: Run, fact: Facts[Kind], nowMs: number) => Transition<Reached[Kind]>
}

const moves: Moves = {
  CLAIMED: (run, fact, nowMs) => {
    if (run.state === 'IN_FLIGHT' || run.state === 'ENDED') return impossible(run, fact)
    if (run.state === 'CLAIMED' && nowMs < run.leaseEndsAtMs) return impossible(run, fact)
    return {
      outcome: 'changed',
      run: {
        ...base(run, nowMs, 'claimed'),
        state: 'CLAIMED',
        leaseEndsAtMs: fact.leaseEndsAtMs,
        startSent: { firstAtMs: nowMs, lastAtMs: fact.leaseEndsAtMs },
        ...(run.state === 'PLANNED' ? {} : openStarts(run)),
        ...notFoundSince(run),
      },
    }
  },

  RELEASED: (run, fact, nowMs) => {
    if (run.state !== 'PARKED' && run.state !== 'CLAIMED') return impossible(run, fact)
    if (run.state === 'CLAIMED' && nowMs < run.leaseEndsAtMs) return impossible(run, fact)
    return {
      outcome: 'changed',
      run: {
        ...base(run, nowMs, run.state === 'CLAIMED' ? 'lease ended, released' : 'released'),
        state: 'PARKED',
        reason: run.state === 'CLAIMED' ? 'LEASE_EXPIRED' : run.reason,
        retryAtMs: fact.holdUntilMs,
        releasedAtMs: nowMs,
        ...openStarts(run),
        ...notFoundSince(run),
        ...(run.state === 'PARKED' && run.error !== undefined ? { error: run.error } : {}),
      },
    }
  },

  REFUSED: (run, fact, nowMs) => {
    if (run.state !== 'PARKED' && run.state !== 'CLAIMED') return impossible(run, fact)
    const open =
      run.state === 'CLAIMED' && !fact.definite
        ? either(run.earlierStart, { firstAtMs: run.startSent.firstAtMs, lastAtMs: nowMs })
        : run.earlierStart
    return {
      outcome: 'changed',
      run: {
        ...base(
          run,
          nowMs,
          `parked: ${fact.reason}${fact.error === undefined ? '' : ` (${fact.error.name})`}`,
        ),
        state: 'PARKED',
        reason: fact.reason,
        retryAtMs: run.cancel === undefined ? fact.retryAtMs : cancelAtMs(fact.retryAtMs, open, nowMs),
        ...(open === undefined ? {} : { earlierStart: open }),
        ...(fact.reason === 'NOT_FOUND' ? { notFoundSinceMs: nowMs, ...notFoundSince(run) } : {}),
        ...(fact.error === undefined ? {} : { error: fact.error }),
      },
    }
  },

  REJECTED: (run, fact, nowMs) => {
    if (run.state !== 'PARKED' && run.state !== 'CLAIMED') return impossible(run, fact)
    return {
      outcome: 'changed',
      run: {
        ...base(run, nowMs, `REJECTED: ${fact.error.message}`),
        state: 'ENDED',
        ending: 'REJECTED',
        detectedAtMs: nowMs,
        error: fact.error,
      },
    }
  },

  STARTED: (run, fact, nowMs) => {
    switch (run.state) {
      case 'CLAIMED':
      case 'PARKED': {
        const isFollowed = run.cancel !== undefined && run.subject.kind === 'DATA_SOURCE'
        // DataZone has no cancel for data source runs.
        const note = isFollowed ? ', and cannot be canceled' : ''
        const { cancel, ...started } = base(run, nowMs, `started as ${fact.runId}${note}`)
        return {
          outcome: 'changed',
          run: {
            ...started,
            ...(cancel === undefined || isFollowed ? {} : { cancel }),
            state: 'IN_FLIGHT',
            runId: fact.runId,
            startedAtMs: fact.startedAtMs,
            nativeStatus: fact.nativeStatus,
          },
        }
      }
      case 'IN_FLIGHT':
      case 'ENDED':
        return run.runId === fact.runId
          ? unchanged
          : noted(run, nowMs, `ALARM: another run of this attempt was seen: ${fact.runId}`)
      case 'PLANNED':
        return impossible(run, fact)
      default:
        return run satisfies never
    }
  },

  OBSERVED: (run, fact, nowMs) => {
    // P5: an ending is final; what comes later is history.
    if (run.state === 'ENDED') {
      return run.nativeStatus === fact.nativeStatus || run.runId !== fact.runId
        ? unchanged
        : noted(run, nowMs, `seen later as ${fact.nativeStatus}`)
    }
    if (run.state !== 'IN_FLIGHT') return impossible(run, fact)
    if (run.runId !== fact.runId) return unchanged
    const meaning = meaningOfStatus(run.subject.kind, fact.nativeStatus)
    if (meaning.phase === 'active') {
      // P11: progress that everybody knows is not worth a write. P8: an unheard-of status is.
      const isNews = !meaning.known && run.nativeStatus !== fact.nativeStatus
      const wasAway = run.notFoundSinceMs !== undefined || run.unansweredSinceMs !== undefined
      if (!isNews && !wasAway) return unchanged
      const { notFoundSinceMs: _, unansweredSinceMs: __, ...found } = run
      const what = isNews ? `unknown status ${fact.nativeStatus}` : 'found again'
      return {
        outcome: 'changed',
        run: { ...found, nativeStatus: fact.nativeStatus, history: withHistory(run, nowMs, what) },
      }
    }
    const ending = endingOf(run, meaning.ending)
    const typeStats = fact.typeStats?.slice(0, typeStatsLimit).map(shortened)
    const complaints = typeStats?.flatMap((stat) =>
      stat.errorMessage === undefined ? [] : [`${stat.type}: ${stat.errorMessage}`],
    )
    return {
      outcome: 'changed',
      run: {
        ...base(run, nowMs, ending),
        state: 'ENDED',
        ending,
        detectedAtMs: nowMs,
        runId: run.runId,
        startedAtMs: run.startedAtMs,
        nativeStatus: fact.nativeStatus,
        ...(typeStats === undefined ? {} : { typeStats }),
        ...(fact.statistics === undefined ? {} : { statistics: fact.statistics }),
        ...(fact.lineageStatus === undefined ? {} : { lineageStatus: errorText(fact.lineageStatus, 100) }),
        ...(fact.error === undefined
          ? {}
          : { error: { name: errorText(fact.error.name, 100), message: errorText(fact.error.message) } }),
        ...(complaints === undefined || complaints.length === 0
          ? {}
          : { error: { name: 'GenerationFailed', message: errorText(complaints.join('; ')) } }),
      },
    }
  },

  OVERDUE: (run, fact, nowMs) => {
    if (run.state !== 'IN_FLIGHT') return impossible(run, fact)
    if (fact.cancelTried !== true && run.subject.kind === 'METADATA_GENERATION') {
      // Noted first, then sent, then looked at once more: an ending of its own wins.
      if (run.cancel === undefined && run.policy?.cancelAtDeadline === true) {
        const history = withHistory(run, nowMs, 'past its deadline, to be canceled')
        return { outcome: 'changed', run: { ...run, history, cancel: { requestedAtMs: nowMs } } }
      }
      // But not without end: a cancel whose turn never comes keeps nothing in flight.
      const owedForMs = nowMs - (run.cancel?.requestedAtMs ?? nowMs)
      if (owesCancel(run) && owedForMs < unansweredForMs) return unchanged
    }
    return givenUp(run, 'TIMED_OUT', nowMs, fact.nativeStatus)
  },

  UNANSWERED: (run, fact, nowMs) => {
    if (run.state !== 'IN_FLIGHT') return impossible(run, fact)
    if (run.unansweredSinceMs === undefined) {
      const history = withHistory(run, nowMs, 'past its deadline, and no answer')
      return { outcome: 'changed', run: { ...run, unansweredSinceMs: nowMs, history } }
    }
    return nowMs - run.unansweredSinceMs < unansweredForMs
      ? unchanged
      : givenUp(run, 'TIMED_OUT', nowMs, run.nativeStatus)
  },

  MISSING: (run, fact, nowMs) => {
    if (run.state !== 'IN_FLIGHT') return impossible(run, fact)
    if (run.notFoundSinceMs === undefined) {
      return {
        outcome: 'changed',
        run: { ...run, notFoundSinceMs: nowMs, history: withHistory(run, nowMs, 'not found') },
      }
    }
    return nowMs - run.notFoundSinceMs < lostAfterMs
      ? unchanged
      : givenUp(run, 'LOST', nowMs, run.nativeStatus)
  },

  REQUESTED_AGAIN: (run, fact) =>
    isRequestedBy(run, fact.requestKey)
      ? unchanged
      : {
          outcome: 'changed',
          run: {
            ...run,
            alsoRequestedBy: [...(run.alsoRequestedBy ?? []).slice(-(askersLimit - 1)), fact.requestKey],
          },
        },

  MOVED_TO_LIVE: (run, fact, nowMs) => {
    if ((run.state !== 'PARKED' && run.state !== 'CLAIMED') || run.request.lane === 'live') return unchanged
    const raised = {
      request: { ...run.request, lane: 'live' as const },
      history: withHistory(run, nowMs, `live, for ${fact.requestKey}`),
    }
    // What waited for being a backfill waits no longer; once released, the message is on its way.
    const waitsAsBackfill = run.state === 'PARKED' && (run.reason === 'BACKFILL' || run.reason === 'CAP_FULL')
    return waitsAsBackfill && run.releasedAtMs === undefined
      ? { outcome: 'changed', run: { ...run, ...raised, retryAtMs: Math.min(run.retryAtMs, nowMs) } }
      : { outcome: 'changed', run: { ...run, ...raised } }
  },

  REPEAT_SKIPPED: (run, fact, nowMs) =>
    run.state === 'ENDED'
      ? noted(run, nowMs, `REPEAT_GUARD skipped ${fact.requestKey}`)
      : impossible(run, fact),

  CANCEL_REQUESTED: (run, fact, nowMs) => {
    const { requestId } = fact
    const why = fact.reason === undefined ? '' : `: ${fact.reason}`
    const asked = {
      history: withHistory(run, nowMs, `cancel asked by ${requestId}${why}`),
      cancel: { requestedAtMs: nowMs, ...run.cancel, requestId },
    }
    switch (run.state) {
      case 'PLANNED':
      case 'ENDED':
        return impossible(run, fact)
      case 'PARKED':
        if (run.earlierStart === undefined) return canceled({ ...run, ...asked }, nowMs)
        // A Start of it may have taken effect: it is released soon, and looked for before it ends.
        return isCancelRequested(run)
          ? unchanged
          : { outcome: 'changed', run: { ...run, ...asked, retryAtMs: Math.min(run.retryAtMs, nowMs) } }
      case 'CLAIMED':
        return isCancelRequested(run) ? unchanged : { outcome: 'changed', run: { ...run, ...asked } }
      case 'IN_FLIGHT':
        if (run.subject.kind === 'DATA_SOURCE') return impossible(run, fact)
        return isCancelRequested(run) ? unchanged : { outcome: 'changed', run: { ...run, ...asked } }
      default:
        return run satisfies never
    }
  },

  CANCEL_SENT: (run, fact, nowMs) => {
    if (run.state !== 'IN_FLIGHT' || run.cancel === undefined) return impossible(run, fact)
    if (run.cancel.sentAtMs !== undefined) return unchanged
    return {
      outcome: 'changed',
      run: {
        ...run,
        history: withHistory(run, nowMs, 'cancel taken'),
        cancel: { ...run.cancel, sentAtMs: nowMs },
      },
    }
  },

  CANCELED: (run, fact, nowMs) => {
    if (run.state !== 'PARKED' && run.state !== 'CLAIMED') return impossible(run, fact)
    return isCancelRequested(run) ? canceled(run, nowMs) : impossible(run, fact)
  },

  ACCEPTED: (run, fact, nowMs) => {
    if (run.state !== 'ENDED' || run.runId === undefined) return impossible(run, fact)
    // What was accepted before the run ended is not of this run.
    const sinceMs = run.acceptedAtMs === undefined ? run.detectedAtMs : run.acceptedAtMs + acceptanceStepMs
    if (fact.acceptedAtMs < sinceMs) return unchanged
    const history = withHistory(run, nowMs, 'its suggestions were accepted')
    return { outcome: 'changed', run: { ...run, history, acceptedAtMs: fact.acceptedAtMs } }
  },

  ANNOUNCED: (run, fact, nowMs) => {
    if (run.state !== 'ENDED') return impossible(run, fact)
    if (run.announcedAtMs !== undefined) return unchanged
    return {
      outcome: 'changed',
      run: { ...run, history: withHistory(run, nowMs, 'announced'), announcedAtMs: nowMs },
    }
  },
}

/**
 * Every move of the state machine. Pure; facts are idempotent and may come in any order (P5).
 * @param nowMs milliseconds since the epoch
 */
export const transition = <Kind extends FactKind>(
  run: Run,
  fact: Facts[Kind] & { readonly kind: Kind },
  nowMs: number,
): Transition<Reached[Kind]> => moves[fact.kind](run, fact, nowMs)
