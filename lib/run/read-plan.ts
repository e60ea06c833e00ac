import type { InFlightRun } from './run.ts'
import type { SweepSettings } from './sweep-plan.ts'

/** How a sweep reads the in-flight runs of one domain. */
export interface ReadPlan {
  /** One Get each. */
  readonly get: readonly InFlightRun[]
  /** Read by List pages. Empty when the domain has few runs, because Gets are cheaper then. */
  readonly list: readonly InFlightRun[]
  /** Too young to look for, but a List page that is read anyway may show that they ended. */
  readonly young: readonly InFlightRun[]
  /** With a cancel, sent or owed. Read last, so that no number of cancels delays the other runs. */
  readonly canceling: readonly InFlightRun[]
}

/** Whether a run is past its own deadline, or the deployment's. */
export const isOverdue = (run: InFlightRun, nowMs: number, runDeadlineMs: number): boolean =>
  nowMs - run.startedAtMs >= (run.policy?.deadlineMs ?? runDeadlineMs)

/**
 * Decides "List or Get?". A run gets its own Get when List cannot settle it (past its deadline), when List would serve
 * it alone (a data source has one run at a time), or when the domain has few runs.
 */
export const planReads = (
  runs: readonly InFlightRun[],
  nowMs: number,
  {
    minAgeMs,
    maxSingleGets,
    runDeadlineMs,
  }: Pick<SweepSettings, 'minAgeMs' | 'maxSingleGets' | 'runDeadlineMs'>,
): ReadPlan => {
  const isYoung = (run: InFlightRun) => nowMs - run.startedAtMs < minAgeMs
  const needsGet = (run: InFlightRun) =>
    run.subject.kind === 'DATA_SOURCE' || isOverdue(run, nowMs, runDeadlineMs)
  const canceling = runs.filter((run) => run.cancel !== undefined)
  const wanted = runs.filter((run) => run.cancel === undefined)
  const old = wanted.filter((run) => !isYoung(run))
  const single = old.filter(needsGet)
  const many = old.filter((run) => !needsGet(run))
  const isFew = many.length <= maxSingleGets
  return {
    get: isFew ? [...single, ...many] : single,
    list: isFew ? [] : many,
    young: wanted.filter((run) => isYoung(run) && run.subject.kind === 'METADATA_GENERATION'),
    canceling,
  }
}

/**
 * How many Gets are made at once. More than four only where many runs wait for theirs, so that a sweep gets through 1,000
 * of them in 10 s even at 300 ms a Get.
 */
export const concurrentGets = (count: number): number => Math.min(32, Math.max(4, Math.ceil(count / 25)))

/** When a sweep stops reading lists of a domain, in ms since the epoch. */
export interface ListDeadlines {
  /** A third of the time: SUBMITTED and IN_PROGRESS. */
  readonly activeMs: number
  /** P6: half of the time, all lists together. The rest is for the Gets of runs that no list showed. */
  readonly allMs: number
}

export const listDeadlines = (nowMs: number, deadlineMs: number): ListDeadlines => ({
  activeMs: nowMs + (deadlineMs - nowMs) / 3,
  allMs: nowMs + (deadlineMs - nowMs) / 2,
})

/**
 * When the reads of a domain stop if runs with a cancel are read after them, in ms since the epoch: at five sixths of the
 * time, so that no number of other runs keeps a cancel from being sent.
 */
export const readDeadlineMs = (nowMs: number, deadlineMs: number, canceling: number): number =>
  canceling === 0 ? deadlineMs : nowMs + ((deadlineMs - nowMs) * 5) / 6
