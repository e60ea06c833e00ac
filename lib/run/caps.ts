import { matchesGlob } from './glob.ts'
import { typesToRun } from './identity.ts'
import type { Counter, GenerationType, Lane, Subject } from './run.ts'

/** How many metadata runs there may be in a day or a month of UTC. The file and its schema: lib/contracts/policy-file.ts. */
export interface Cap {
  /** What it is counted under: it keeps its count whatever else of it, or its place in the file, changes. */
  readonly name: string
  /** Globs, as those of rules. */
  readonly domain?: string
  readonly project?: string
  /** Only runs that ask for it. */
  readonly type?: GenerationType
  readonly perDay?: number
  readonly perMonth?: number
  /** The last so many of the month, or of the day where the month has no limit, are not for backfill. */
  readonly reserveForLive?: number
}

/** One more in a counter, on the condition that it holds fewer than `limit`. */
export interface CounterIncrement {
  readonly counter: Counter
  readonly limit: number
  /** When the period is over, and so the counter of no more use, in ms since the epoch. */
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

/** What a cap looks at. */
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
 * Every counter that a run claimed now belongs in, with its limit for the run's lane. Live and backfill share a counter,
 * so what live work has used of a budget is not there for backfill either. Data source runs are in none: DataZone
 * itself caps them, at 25 a day and source.
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

const isSameCounter = (left: Counter, right: Counter): boolean =>
  left.cap === right.cap && left.period === right.period

/** Those that an attempt is not in yet: claimed anew in the same period, it is the same attempt. */
export const notYetCounted = (
  counts: readonly CounterIncrement[],
  counted: readonly Counter[] | undefined,
): readonly CounterIncrement[] =>
  counts.filter(({ counter }) => counted?.some((other) => isSameCounter(other, counter)) !== true)

/** When there may be room again: once the last of the full periods is over. */
export const roomAtMs = (full: readonly CounterIncrement[]): number =>
  Math.max(...full.map(({ periodEndsAtMs }) => periodEndsAtMs))
