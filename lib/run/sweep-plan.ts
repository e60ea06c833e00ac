import type { Mode } from './mode.ts'
import { type Holds, nothingHeld, planReleases, type ReleasePlan, type WaitingRun } from './release-plan.ts'
import {
  type ClaimedRun,
  type EndedRun,
  type InFlightRun,
  isCancelRequested,
  isResolved,
  type ParkedRun,
  type Run,
} from './run.ts'

/** What a sweep does with the records that owe something, decided before anything is done. Durations in ms. */
export interface SweepSettings {
  /** Between two sweeps. */
  readonly periodMs: number
  /** A run younger than this is not looked for: it can hardly have ended, and List may not show it yet. */
  readonly minAgeMs: number
  /** Up to this many runs of a domain get a Get each; more are told apart by List. */
  readonly maxSingleGets: number
  /** A run that goes on for so long after its Start has timed out, once a Get has shown that it still does. */
  readonly runDeadlineMs: number
  /** At most this many releases a sweep. */
  readonly maxReleases: number
  /** P9: what has waited this long goes back to the starter, whatever holds it, to be rejected. */
  readonly maxWaitMs: number
  readonly mode: Mode
}

/**
 * Whether a waiting record may go on: nothing in mode `off`; in `plan` only what never ends in a Start, a request whose
 * revision is not known yet, because that makes a plan, and a run that is to be cancelled.
 */
export const canResume = (run: ParkedRun | ClaimedRun, mode: Mode): boolean =>
  mode === 'run' || (mode === 'plan' && (!isResolved(run.subject) || isCancelRequested(run)))

export interface WorkPlan {
  readonly announce: readonly EndedRun[]
  /** In-flight runs by domain, in the order to visit the domains. */
  readonly domains: readonly (readonly InFlightRun[])[]
}

/** When a record wants the sweep's attention, or undefined when it owes nothing. The `work` index is built on this. */
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

export const isWaiting = (run: Run): run is WaitingRun => run.state === 'PARKED' || run.state === 'CLAIMED'

const isDueBy = (run: Run, nowMs: number): boolean => (workAtMs(run) ?? Number.POSITIVE_INFINITY) <= nowMs

/**
 * What a sweep announces and follows of the records that are due. The order rotates with the sweep's number, so that
 * neither a failing domain nor a poison record is first every time and no cursor needs to be stored.
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

/** What it releases of those that wait (`planReleases`); what the mode does not allow takes none of their places. */
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
 * Whether to read another page of ended runs: while the last one settled at least two (a Get each would have cost as
 * much), and never more pages than runs missing.
 */
export const shouldReadSucceededPage = (missing: number, pagesRead: number, settledByLast: number): boolean =>
  missing >= 2 && (pagesRead === 0 || settledByLast >= 2)
