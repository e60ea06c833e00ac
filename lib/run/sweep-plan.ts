import { type Holds, nothingHeld, planReleases, type ReleasePlan } from './release-plan.ts'
import {
  type ClaimedRun,
  type EndedRun,
  type InFlightRun,
  isResolved,
  isUnwanted,
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
  readonly fewRuns: number
  /** A run that goes on for so long after its Start has timed out, once a Get has shown that it still does. */
  readonly runDeadlineMs: number
  /** At most this many releases a sweep. */
  readonly maxReleases: number
  /** P9: what has waited this long goes back to the starter, whatever holds it, to be rejected. */
  readonly maxWaitMs: number
  readonly mode: Mode
}

export const modes = ['off', 'plan', 'run'] as const
export type Mode = (typeof modes)[number]

/**
 * Whether a waiting record may go on: nothing in mode `off`; in `plan` only what never ends in a Start, a request whose
 * revision is not known yet, because that makes a plan, and a run that is to be cancelled.
 */
export const mayResume = (run: ParkedRun | ClaimedRun, mode: Mode): boolean =>
  mode === 'run' || (mode === 'plan' && (!isResolved(run.subject) || isUnwanted(run)))

export interface SweepPlan extends ReleasePlan {
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
  const start = items.length === 0 ? 0 : offset % items.length
  return [...items.slice(start), ...items.slice(0, start)]
}

/**
 * Sorts due records into the sweep's steps. Releases have an order of their own (`planReleases`); what the mode does not
 * allow takes none of their places. The order of the rest rotates with the sweep's number, so that neither a failing
 * domain nor a poison record is first every time and no cursor needs to be stored.
 */
export const planSweep = (
  due: readonly Run[],
  nowMs: number,
  settings: SweepSettings,
  holds: Holds = nothingHeld,
): SweepPlan => {
  const sweepNumber = Math.floor(nowMs / settings.periodMs)
  const announce: EndedRun[] = []
  const waiting: (ParkedRun | ClaimedRun)[] = []
  const inFlight: InFlightRun[] = []
  for (const run of due) {
    const atMs = workAtMs(run)
    if (atMs === undefined || atMs > nowMs) continue
    switch (run.state) {
      case 'ENDED':
        announce.push(run)
        break
      case 'PARKED':
      case 'CLAIMED':
        if (mayResume(run, settings.mode)) waiting.push(run)
        break
      case 'IN_FLIGHT':
        inFlight.push(run)
        break
      case 'PLANNED':
        break
      default:
        run satisfies never
    }
  }
  const byDomain = Map.groupBy(inFlight, (run) => run.subject.domainId)
  const domains = [...byDomain.keys()].sort().map((domainId) => byDomain.get(domainId) ?? [])
  return {
    announce: rotated(announce, sweepNumber),
    ...planReleases(waiting, nowMs, settings, holds),
    domains: rotated(domains, sweepNumber),
  }
}

/**
 * Whether to read another page of ended runs: while the last one settled at least two (a Get each would have cost as
 * much), and never more pages than runs missing.
 */
export const wantsSucceededPage = (missing: number, pagesRead: number, settledByLast: number): boolean =>
  missing >= 2 && (pagesRead === 0 || settledByLast >= 2)
