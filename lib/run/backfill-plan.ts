import { farAheadMs } from './far-ahead.ts'

/**
 * The states of a backfill plan, and every move between them.
 *
 * `PLANNING` → `READY` ⇄ `APPLYING` ⇄ `STOPPED`, and `APPLYING` → `DONE`.
 *
 * 1. A plan is one small item that is replaced whole under its version, so two writers never both win.
 * 2. Requests are sent by the holder of a lease only. The lease is taken before the requests are sent, and `sent` grows
 *    after the queue has taken them: a crash repeats requests, under the same request ids, and loses none.
 * 3. Stopping takes effect at once; what the holder of the lease is sending is still counted.
 */

export const backfillStates = ['PLANNING', 'READY', 'APPLYING', 'STOPPED', 'DONE'] as const
type BackfillState = (typeof backfillStates)[number]

export interface BackfillPlan {
  readonly name: string
  readonly state: BackfillState
  readonly domainId: string
  readonly createdAtMs: number
  readonly changedAtMs: number
  /** How many requests the plan holds. */
  readonly requests: number
  /** How many of them, in order, the request queue has taken. */
  readonly sent: number
  readonly lease?: BackfillLease
  /** Grows by one with each write, and each write is conditional on the version read. 0: not written yet. */
  readonly version: number
}

interface BackfillLease {
  /** Distinguishes the lease from those before and after it. */
  readonly takenAtVersion: number
  readonly untilMs: number
}

/** All chunks of a plan have this many entries, except the last one. */
export const entriesPerChunk = 200

export const newPlan = (name: string, domainId: string, nowMs: number): BackfillPlan => ({
  name,
  state: 'PLANNING',
  domainId,
  createdAtMs: nowMs,
  changedAtMs: nowMs,
  requests: 0,
  sent: 0,
  version: 0,
})

/** Whether a plan may be made anew under the same name: nothing of it was sent, or all of it. */
export const canReplan = ({ state, sent }: BackfillPlan): boolean =>
  state === 'DONE' || (sent === 0 && state !== 'APPLYING')

export const readyPlan = (plan: BackfillPlan, requests: number, nowMs: number): BackfillPlan => ({
  ...plan,
  state: 'READY',
  requests,
  changedAtMs: nowMs,
})

export type PlanChange =
  | { readonly outcome: 'changed'; readonly plan: BackfillPlan }
  /** The plan is in that state already. */
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'refused'; readonly reason: string }

/** Lets the sweep send the plan's requests. */
export const applyPlan = (plan: BackfillPlan, nowMs: number): PlanChange => {
  switch (plan.state) {
    case 'PLANNING':
      return { outcome: 'refused', reason: 'it is not finished; run dzrun backfill plan again' }
    case 'READY':
    case 'STOPPED':
      return {
        outcome: 'changed',
        plan: {
          ...plan,
          state: plan.sent < plan.requests ? 'APPLYING' : 'DONE',
          changedAtMs: nowMs,
        },
      }
    case 'APPLYING':
    case 'DONE':
      return { outcome: 'unchanged' }
    default:
      return plan.state satisfies never
  }
}

/** Keeps the sweep from sending more of the plan's requests. */
export const stopPlan = (plan: BackfillPlan, nowMs: number): PlanChange => {
  switch (plan.state) {
    case 'APPLYING':
      return { outcome: 'changed', plan: { ...plan, state: 'STOPPED', changedAtMs: nowMs } }
    case 'STOPPED':
      return { outcome: 'unchanged' }
    case 'PLANNING':
    case 'READY':
      return { outcome: 'refused', reason: 'it is not being applied' }
    case 'DONE':
      return {
        outcome: 'refused',
        reason: 'all of its requests are sent; dzrun cancel and dzrun pause stop runs',
      }
    default:
      return plan.state satisfies never
  }
}

/**
 * P9: whether the lease ends later than any sweep sets it. A clock that ran ahead took it, and no sweep would send again.
 */
export const isLeasedFarAhead = ({ lease }: BackfillPlan, nowMs: number): boolean =>
  lease !== undefined && lease.untilMs > nowMs + farAheadMs.work

/** Returns the plan with a lease for one sender; undefined while it may not be sent, or another sender holds it. */
export const leasePlan = (plan: BackfillPlan, nowMs: number, untilMs: number): BackfillPlan | undefined =>
  plan.state !== 'APPLYING' || (plan.lease !== undefined && plan.lease.untilMs > nowMs)
    ? undefined
    : { ...plan, lease: { takenAtVersion: plan.version, untilMs } }

/**
 * Returns the plan after its sender has sent `count` requests and gives the lease back; undefined when another sender has
 * taken the lease over, which then sends the same requests again. A stop that came meanwhile is kept.
 */
export const advancePlan = (
  current: BackfillPlan,
  leased: BackfillPlan,
  count: number,
  nowMs: number,
): BackfillPlan | undefined => {
  const isHeld =
    current.lease !== undefined &&
    current.createdAtMs === leased.createdAtMs &&
    current.lease.takenAtVersion === leased.lease?.takenAtVersion
  if (!isHeld) return undefined
  const { lease: _, ...plan } = current
  const sent = current.sent + count
  return { ...plan, sent, state: sent >= plan.requests ? 'DONE' : plan.state, changedAtMs: nowMs }
}

/** Where the next entry is: the chunk's number and the place in it, both from 0. */
export const placeOf = (sent: number): { readonly chunk: number; readonly at: number } => ({
  chunk: Math.floor(sent / entriesPerChunk),
  at: sent % entriesPerChunk,
})

/**
 * The reasons of parked records that show that the lane backfill has no room: they wait for its share of the Starts or for
 * a budget, and more requests would only wait, too.
 */
const laneReasons: ReadonlySet<string> = new Set([
  'BACKFILL',
  'CAP_FULL',
  'QUOTA_EXCEEDED',
  'PACED',
  'THROTTLED',
  'UNAVAILABLE',
])

/** How many sweeps' worth of releases may wait in the table, so that the lane never runs dry between two sweeps. */
const sweepsAhead = 2

/**
 * How many backfill requests a sweep may add. `parked` counts parked records by the reason why they wait. It is absent
 * when not all could be counted; then there is no room.
 */
export const roomInLane = (
  parked: Readonly<Record<string, number>> | undefined,
  maxReleases: number,
): number => {
  if (parked === undefined) return 0
  const waiting = Object.entries(parked).reduce(
    (sum, [reason, count]) => sum + (laneReasons.has(reason) ? count : 0),
    0,
  )
  return Math.max(0, sweepsAhead * maxReleases - waiting)
}
