import {
  type DataSourcePlan,
  importStatusAt,
  isEndedAt,
  sourceStatusAt,
  updatedAtMs,
} from './data-source-run-plan.ts'
import type { IndexedRun, RunIndex } from './run-index.ts'

/** A run of a data source, whose type is PRIORITIZED when a caller started it and SCHEDULED when a schedule did. */
export type DataSourceRun = IndexedRun & {
  readonly projectId: string
  readonly dataSourceId: string
  readonly type: string
  readonly clientToken: string | undefined
  readonly createdBy: string
  readonly createdAtMs: number
  /** The configuration of the data source when the run started, as JSON. */
  readonly snapshot: string
  readonly plan: DataSourcePlan
}

/** Every data source run, indexed by data source and domain. */
export type DataSourceRuns = RunIndex<DataSourceRun>

/**
 * Returns a data source run as List shows it at a time (epoch milliseconds). Assumptions: the statistics, the error and
 * `stoppedAt` appear with the ending; the lineage import begins with RUNNING, and its end changes `updatedAt`.
 */
export const dataSourceRunSummary = ({ plan, ...run }: DataSourceRun, atMs: number) => {
  const ended = isEndedAt(plan, atMs)
  const importStatus = importStatusAt(plan, atMs)
  return {
    id: run.id,
    dataSourceId: run.dataSourceId,
    projectId: run.projectId,
    type: run.type,
    status: sourceStatusAt(plan, atMs),
    createdAt: new Date(run.createdAtMs),
    updatedAt: new Date(updatedAtMs(plan, atMs)),
    startedAt: atMs < plan.runningFromMs ? undefined : new Date(plan.runningFromMs),
    stoppedAt: ended ? new Date(plan.endsAtMs) : undefined,
    runStatisticsForAssets: ended ? plan.statistics : undefined,
    errorMessage: ended ? plan.error : undefined,
    lineageSummary: importStatus === undefined ? undefined : { importStatus },
  }
}

/** Returns a data source run as Start and Get show it at a time (epoch milliseconds), with its domain and snapshot. */
export const dataSourceRunRecord = (run: DataSourceRun, atMs: number) => ({
  ...dataSourceRunSummary(run, atMs),
  domainId: run.domainId,
  dataSourceConfigurationSnapshot: run.snapshot,
})
