import { type Breaker, breakerName, breakersBlocking } from './breaker.ts'
import { hasWaitedTooLong } from './max-wait.ts'
import { isCancelRequested, type Lane, type ParkReason, type WaitingRun } from './run.ts'

/** What holds due records in the table, because the starter would only park them again. */
export interface Holds {
  readonly breakers: readonly Breaker[]
  /** Whether the record's domain or project is paused. */
  readonly isPaused: (run: WaitingRun) => boolean
}

export const nothingHeld: Holds = { breakers: [], isPaused: () => false }

export type HeldCounts = Readonly<Partial<Record<ParkReason, number>>>

export interface ReleasePlan {
  readonly release: readonly WaitingRun[]
  /** How many due records stay in the table without a write, by what holds them. */
  readonly held: HeldCounts
  /** What holds each of them now, which may differ from the reason it was parked for. */
  readonly heldBy: ReadonlyMap<WaitingRun, ParkReason>
}

const dueAtMs = (run: WaitingRun): number => (run.state === 'CLAIMED' ? run.leaseEndsAtMs : run.retryAtMs)

const laneOrder: Readonly<Record<Lane, number>> = { live: 0, backfill: 1 }

/** Live before backfill, then the longest due (a request that is refused again goes to the back), then the oldest. */
const inOrder = (left: WaitingRun, right: WaitingRun): number =>
  laneOrder[left.request.lane] - laneOrder[right.request.lane] ||
  dueAtMs(left) - dueAtMs(right) ||
  left.createdAtMs - right.createdAtMs

/**
 * Decides which due records go back to the starter, and in what order. Only released records count against
 * `maxReleases`. A breaker whose probe is due lets one record through. A record with a requested cancel is released
 * whatever holds it, because it starts nothing, and a record that waited too long passes a denied project, to be
 * rejected (P9).
 */
export const planReleases = (
  waiting: readonly WaitingRun[],
  nowMs: number,
  settings: { readonly maxReleases: number; readonly maxWaitMs: number },
  { breakers, isPaused }: Holds,
): ReleasePlan => {
  const release: WaitingRun[] = []
  const heldBy = new Map<WaitingRun, ParkReason>()
  const probing = new Set<string>()
  const letsThrough = ({ cause, nextProbeAtMs }: Breaker) =>
    nextProbeAtMs <= nowMs && !probing.has(breakerName(cause))

  for (const run of waiting.toSorted(inOrder)) {
    const isCanceled = isCancelRequested(run)
    const isOver = hasWaitedTooLong(run, nowMs, settings.maxWaitMs)
    const blocking = isCanceled ? [] : breakersBlocking(run, breakers)
    // Time behind a quota does not count as waiting, so it is too early to reject.
    const holders = isOver ? blocking.filter(({ cause }) => cause.reason === 'QUOTA_EXCEEDED') : blocking
    const holder = holders.find((breaker) => !letsThrough(breaker))
    if (!isCanceled && isPaused(run)) heldBy.set(run, 'PAUSED')
    else if (holder !== undefined) heldBy.set(run, holder.cause.reason)
    else if (release.length < settings.maxReleases) {
      for (const { cause } of holders) probing.add(breakerName(cause))
      release.push(run)
    }
  }
  const held: Partial<Record<ParkReason, number>> = {}
  for (const reason of heldBy.values()) held[reason] = (held[reason] ?? 0) + 1
  return { release, held, heldBy }
}
