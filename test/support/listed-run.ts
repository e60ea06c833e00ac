import { runKey } from '../../lib/run/identity.ts'
import type { Run } from '../../lib/run/run.ts'
import type { RunSummary } from '../../lib/run/run-summary.ts'
import { t0 } from './runs.ts'

/** Returns the row of a run in the run list. */
export const listedRun = (run: Run, status: RunSummary['status']): RunSummary => ({
  record: runKey(run).record,
  domainId: run.subject.domainId,
  status,
  projectId: run.projectId,
  attempt: run.attempt,
  updatedAtMs: t0,
  ...(run.subject.kind === 'DATA_SOURCE'
    ? { dataSourceId: run.subject.dataSourceId }
    : { assetId: run.subject.assetId }),
})
