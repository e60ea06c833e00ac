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
