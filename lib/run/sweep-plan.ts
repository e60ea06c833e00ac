import type { Mode } from './mode.ts'
import { type Holds, nothingHeld, planReleases, type ReleasePlan } from './release-plan.ts'
import {
  type ClaimedRun,
  type EndedRun,
  type InFlightRun,
  isCancelRequested,
  isResolved,
  type ParkedRun,
  type Run,
  type WaitingRun,
} from './run.ts'

/** Settings of a sweep. Durations in ms. */
export interface SweepSettings {
  /** From one sweep to the next. */
  readonly periodMs: number
  /** Runs younger than this are not read: they can hardly have ended, and List may not show them yet. */
  readonly minAgeMs: number
  /** Up to this many runs of a domain get a Get each; more are read by List. */
  readonly maxSingleGets: number
  /** A run that a Get shows active this long after its Start has timed out. */
  readonly runDeadlineMs: number
  /** How many records a sweep releases at most. */
  readonly maxReleases: number
  /** P9: a request that waited longer than this goes back to the starter to be rejected, whatever holds it. */
  readonly maxWaitMs: number
  readonly mode: Mode
}

/**
 * Whether a waiting record may go back to the starter: none in mode `off`; in `plan` only what starts nothing, which is
 * a request whose revision is not known yet (it becomes PLANNED) and a run with a requested cancel.
 */
export const canResume = (run: ParkedRun | ClaimedRun, mode: Mode): boolean =>
  mode === 'run' || (mode === 'plan' && (!isResolved(run.subject) || isCancelRequested(run)))

export interface WorkPlan {
  readonly announce: readonly EndedRun[]
  /** In-flight runs by domain, in the order to visit the domains. */
  readonly domains: readonly (readonly InFlightRun[])[]
}

/** When the sweep has to look at a record; undefined when it owes nothing. The `work` index is sorted by it. */
export const workAtMs = (run: Run): number | undefined => {
  switch (run.state) {
    case 'PLANNED':
      return undefined
    case 'CLAIMED':
      return run.leaseEndsAtMs
    case 'PARKED':
      return run.retryAtMs
    case 'IN_FLIGHT':
      return run.startedAtMs
    case 'ENDED':
      return run.announcedAtMs === undefined ? run.detectedAtMs : undefined
    default:
      return run satisfies never
  }
}

const rotated = <T>(items: readonly T[], offset: number): T[] => {
  const start = offset % items.length
  return [...items.slice(start), ...items.slice(0, start)]
}

const isDueBy = (run: Run, nowMs: number): boolean => (workAtMs(run) ?? Number.POSITIVE_INFINITY) <= nowMs

/**
 * Decides what a sweep announces and follows. The order rotates from sweep to sweep, so that no failing domain and no
 * poison record is first every time, and no cursor needs to be stored.
 */
export const planWork = (
  due: readonly Run[],
  nowMs: number,
  { periodMs }: Pick<SweepSettings, 'periodMs'>,
): WorkPlan => {
  const sweepNumber = Math.floor(nowMs / periodMs)
  const owing = due.filter((run) => isDueBy(run, nowMs))
  const inFlight = owing.filter((run) => run.state === 'IN_FLIGHT')
  const byDomain = Map.groupBy(inFlight, (run) => run.subject.domainId)
  const domains = [...byDomain.keys()].sort().map((domainId) => byDomain.get(domainId) ?? [])
  return {
    announce: rotated(
      owing.filter((run) => run.state === 'ENDED'),
      sweepNumber,
    ),
    domains: rotated(domains, sweepNumber),
  }
}

/** Decides what a sweep releases. Records that the mode holds back take no place of those that it lets go. */
export const planWaiting = (
  waiting: readonly WaitingRun[],
  nowMs: number,
  settings: SweepSettings,
  holds: Holds = nothingHeld,
): ReleasePlan =>
  planReleases(
    waiting.filter((run) => isDueBy(run, nowMs) && canResume(run, settings.mode)),
    nowMs,
    settings,
    holds,
  )

/**
 * Whether another List SUCCEEDED page is cheaper than Gets: the last page settled at least two runs, and at least two are
 * missing.
 */
export const shouldReadSucceededPage = (missing: number, pagesRead: number, settledByLast: number): boolean =>
  missing >= 2 && (pagesRead === 0 || settledByLast >= 2)
