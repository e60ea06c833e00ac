import { matchesGlob } from './glob.ts'
import { typesToRun } from './identity.ts'
import type { Counter, GenerationType, Lane, Subject } from './run.ts'

/** A limit of metadata runs in a day or month of UTC. Read from the policy file (lib/contracts/policy-file.ts). */
export interface Cap {
  /** The name of its counters: a cap keeps its count when anything else about it changes. */
  readonly name: string
  /** Globs, as in rules. */
  readonly domain?: string
  readonly project?: string
  /** Only runs of this type count. */
  readonly type?: GenerationType
  readonly perDay?: number
  readonly perMonth?: number
  /** How many of `perMonth`, or of `perDay` without it, backfill must leave to live requests. */
  readonly reserveForLive?: number
}

/** Adds one to a counter, on the condition that it is below `limit`. */
export interface CounterIncrement {
  readonly counter: Counter
  readonly limit: number
  /** When the period ends, and the counter can expire. */
  readonly periodEndsAtMs: number
}

interface Period {
  readonly period: string
  readonly endsAtMs: number
}

const dayAt = (now: Date): Period => ({
  period: `DAY#${now.toISOString().slice(0, 10)}`,
  endsAtMs: Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1),
})

const monthAt = (now: Date): Period => ({
  period: `MONTH#${now.toISOString().slice(0, 7)}`,
  endsAtMs: Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1),
})

/** The part of a run that decides which caps it counts in. */
interface CappedRun {
  readonly subject: Subject
  readonly projectId: string
  readonly onlyTypes?: readonly GenerationType[]
  readonly request: { readonly lane: Lane }
}

const fits = (cap: Cap, run: CappedRun): boolean =>
  run.subject.kind === 'METADATA_GENERATION' &&
  (cap.domain === undefined || matchesGlob(cap.domain, run.subject.domainId)) &&
  (cap.project === undefined || matchesGlob(cap.project, run.projectId)) &&
  (cap.type === undefined || typesToRun(run).includes(cap.type))

/**
 * The counters of a run that is claimed now, each with its limit for the run's lane. Live and backfill share a counter, so
 * backfill gets what live work leaves of a budget. Data source runs count nowhere: DataZone itself limits them, to 25 a
 * day and source.
 */
export const incrementsFor = (
  run: CappedRun,
  caps: readonly Cap[],
  nowMs: number,
): readonly CounterIncrement[] => {
  const now = new Date(nowMs)
  return caps
    .filter((cap) => fits(cap, run))
    .flatMap((cap) => {
      const reserve = run.request.lane === 'backfill' ? (cap.reserveForLive ?? 0) : 0
      const count = (limit: number | undefined, { period, endsAtMs }: Period): readonly CounterIncrement[] =>
        limit === undefined ? [] : [{ counter: { cap: cap.name, period }, limit, periodEndsAtMs: endsAtMs }]
      const ofDay = cap.perDay !== undefined && cap.perMonth === undefined ? cap.perDay - reserve : cap.perDay
      const ofMonth = cap.perMonth === undefined ? undefined : cap.perMonth - reserve
      return [...count(ofDay, dayAt(now)), ...count(ofMonth, monthAt(now))]
    })
}

/** One counter of a cap, with its limit and its reserve. */
export interface CapCounter {
  readonly counter: Counter
  readonly limit: number
  /** How much of the limit backfill leaves to live requests. */
  readonly reserved: number
  readonly endsAtMs: number
}

/** The counters of a cap for the day and month of `nowMs`. The reserve is of the month, where there is one. */
export const countersOf = (
  { name: cap, perDay, perMonth, reserveForLive = 0 }: Cap,
  nowMs: number,
): readonly CapCounter[] => {
  const now = new Date(nowMs)
  const of = (limit: number | undefined, { period, endsAtMs }: Period, reserved: number) =>
    limit === undefined ? [] : [{ counter: { cap, period }, limit, reserved, endsAtMs }]
  return [
    ...of(perDay, dayAt(now), perMonth === undefined ? reserveForLive : 0),
    ...of(perMonth, monthAt(now), reserveForLive),
  ]
}

/** The counters of all caps for the day and month of `nowMs`. */
export const countersAt = (caps: readonly Cap[], nowMs: number): readonly Counter[] =>
  caps.flatMap((cap) => countersOf(cap, nowMs).map(({ counter }) => counter))

export const isSameCounter = (left: Counter, right: Counter): boolean =>
  left.cap === right.cap && left.period === right.period

/** The increments that an attempt does not have yet, because a second claim in the same period counts once. */
export const notYetCounted = (
  counts: readonly CounterIncrement[],
  countedIn: readonly Counter[] | undefined,
): readonly CounterIncrement[] =>
  counts.filter(({ counter }) => countedIn?.some((other) => isSameCounter(other, counter)) !== true)

/** When there may be room again: when the last of the full periods ends. */
export const roomAtMs = (full: readonly CounterIncrement[]): number =>
  Math.max(...full.map(({ periodEndsAtMs }) => periodEndsAtMs))

/**
 * The counters that a claim took and that the attempt in its place does not count in. An attempt that takes the place of a
 * claim counts only in the caps that fit it.
 */
export const notTakenOver = (
  countedIn: readonly Counter[],
  successor: CappedRun,
  caps: readonly Cap[],
): readonly Counter[] =>
  countedIn.filter(({ cap: name }) => !caps.some((cap) => cap.name === name && fits(cap, successor)))
