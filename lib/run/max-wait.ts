import type { ParkReason, Run } from './run.ts'

/**
 * P9: how long a request waits before it is rejected.
 *
 * 1. Time behind a quota, a cap, a pause, the pace, the backfill lane, a retry delay or another run is imposed by this
 *    system or by the operator, and does not count.
 * 2. Everything else counts: refusals by DataZone, and outages.
 * 3. Time behind a request whose own wait counts also counts: else the attempts of a subject would wait the whole limit
 *    one after the other.
 * 4. A request whose time is over is tried once more. It is rejected when that try ends in a wait that counts.
 */
const heldBack: ReadonlySet<ParkReason> = new Set<ParkReason>([
  'BACKFILL',
  'BEHIND',
  'CAP_FULL',
  'PACED',
  'PAUSED',
  'QUOTA_EXCEEDED',
  'RETRY',
  'SOURCE_DAY_FULL',
])

/** The part of a record that its waiting time is computed from. */
export type WaitTimes = Pick<Run, 'createdAtMs' | 'heldMs'> & { readonly heldSinceMs?: number }

/** Why a request waits. */
export interface Wait {
  readonly reason: ParkReason
  /** Of a request that waits behind others: each of them is itself a request whose wait counts (rule 3). */
  readonly isBehindRequests?: true
}

const isHeldBack = ({ reason, isBehindRequests }: Wait): boolean =>
  heldBack.has(reason) && isBehindRequests !== true

/** Since when a request is held back that is parked now; undefined when its wait counts. */
export const heldSinceMs = (wait: Wait, nowMs: number): number | undefined =>
  isHeldBack(wait) ? nowMs : undefined

/** Whether the records that a request waits behind hold it back: one of them runs, or is held back itself. */
export const holdBack = (blockers: readonly Run[]): boolean =>
  blockers.some(
    (run) => run.state === 'IN_FLIGHT' || (run.state === 'PARKED' && run.heldSinceMs !== undefined),
  )

/** For how long a request has been held back in all, up to now; undefined when it never was. */
export const heldMsUntil = (run: WaitTimes, nowMs: number): number | undefined => {
  const { heldMs = 0, heldSinceMs: since = nowMs } = run
  const total = heldMs + Math.max(0, nowMs - since)
  return total === 0 ? undefined : total
}

/** P9: whether a request that has not started has waited longer than it may. It is tried once more before it is rejected. */
export const hasWaitedTooLong = (run: WaitTimes, nowMs: number, maxWaitMs: number): boolean =>
  nowMs - run.createdAtMs - (heldMsUntil(run, nowMs) ?? 0) > maxWaitMs

/** P9: whether a request must be rejected instead of being parked to wait. */
export const mayNotWait = (run: WaitTimes, wait: Wait, nowMs: number, maxWaitMs: number): boolean =>
  !isHeldBack(wait) && hasWaitedTooLong(run, nowMs, maxWaitMs)
