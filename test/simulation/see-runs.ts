import type { ActualDataSourceRun } from '../../local/datazone/control/control.ts'
import type { DataZone } from '../../local/datazone/datazone.ts'
import { defaultUser } from '../../local/datazone/world/world.ts'
import type { Outside, SeenRun } from './outside.ts'

/** Returns a data source run in the form of a metadata run. */
const asSeen = (run: ActualDataSourceRun): SeenRun => ({
  id: run.id,
  domainId: run.domainId,
  projectId: run.projectId,
  assetId: run.dataSourceId,
  revision: '',
  types: [],
  createdAtMs: run.createdAtMs,
  endsAtMs: run.endsAtMs,
  status: run.status === 'SUCCESS' ? 'SUCCEEDED' : run.status,
  ...(run.createdBy === defaultUser ? {} : { isForeign: true }),
})

const isOfPortal = ({ clientToken }: { readonly clientToken?: string | undefined }): boolean =>
  clientToken?.startsWith('portal-') === true

/** Returns the runs and Starts as DataZone knows them, for the checker. */
export const seeRuns = ({ control }: DataZone): Pick<Outside, 'starts' | 'runs' | 'portalRuns'> => {
  const runs = control.runs()
  return {
    starts: control.calls().starts.map(({ atMs, overQuota }) => ({ atMs, throttled: overQuota })),
    portalRuns: new Set(runs.filter(isOfPortal).map(({ id }) => id)),
    runs: [...runs.filter((run) => !isOfPortal(run)), ...control.dataSourceRuns().map(asSeen)],
  }
}

/** Counts the errors that DataZone answered, by name. */
export const answeredErrors = ({ control }: DataZone): Readonly<Record<string, number>> => {
  const errors: Record<string, number> = {}
  for (const [operation, outcomes] of Object.entries(control.calls().counts)) {
    for (const [outcome, times] of Object.entries(outcomes)) {
      if (outcome !== 'ok' && operation !== '')
        errors[`datazone ${outcome}`] = (errors[`datazone ${outcome}`] ?? 0) + times
    }
  }
  return errors
}
