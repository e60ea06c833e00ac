import { runKey } from '../../run/identity.ts'
import type { InFlightRun } from '../../run/run.ts'

const keptSeconds = 183 * 24 * 3600

/**
 * The one item that there is for the run id of a data source run: it says which record has the run. It has no attribute
 * of any index, and is kept for as long as the record of a run that ends at once: events about it and lists that could
 * show it are older by then than anybody looks at.
 */
export const holderItem = (run: InFlightRun) => {
  const { partition, record } = runKey(run)
  return {
    pk: `RUNID#${run.subject.domainId}#${run.runId}`,
    sk: 'HOLDER',
    heldBy: `${partition} ${record}`,
    ttlEpochSeconds: Math.floor(Math.max(run.createdAtMs, run.startedAtMs) / 1000) + keptSeconds,
  }
}
