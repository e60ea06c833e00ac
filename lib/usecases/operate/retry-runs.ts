import type { RunRequest } from '../../contracts/run-request.ts'
import type { RunStore } from '../../ports/run-store.ts'
import { runKey } from '../../run/identity.ts'
import { present } from '../../run/present.ts'
import { type NoRetry, noRetryBecause, retryRequestId } from '../../run/retry-request.ts'
import type { EndedRun } from '../../run/run.ts'
import type { RunSummary } from '../../run/run-summary.ts'

/** A run that was found, with the request that retries it or the reason against it. */
export type Retry =
  | { readonly run: EndedRun; readonly request: RunRequest }
  | { readonly run: EndedRun; readonly skipped: NoRetry }

const requestFor = (run: EndedRun): RunRequest => {
  const { subject, projectId } = run
  const { record } = runKey(run)
  if (subject.kind === 'DATA_SOURCE') {
    const requestId = retryRequestId(subject.domainId, subject.dataSourceId, record)
    return {
      version: 1,
      requestId,
      kind: subject.kind,
      domainId: subject.domainId,
      projectId,
      dataSource: { id: subject.dataSourceId },
      // A trigger key has one run, so a retry needs a trigger key of its own.
      triggerKey: requestId,
    }
  }
  return {
    version: 1,
    requestId: retryRequestId(subject.domainId, subject.assetId, record),
    kind: subject.kind,
    domainId: subject.domainId,
    projectId,
    asset: { id: subject.assetId, ...present({ revision: subject.revision }) },
    types: [...subject.types],
    regenerate: true,
    lane: run.request.lane,
  }
}

/** Reads the records behind listed runs and makes the request that retries each. A run that changed since is left out. */
export const retriesOf = async (
  listed: readonly RunSummary[],
  store: Pick<RunStore, 'runsOf'>,
): Promise<readonly Retry[]> => {
  const retries: Retry[] = []
  for (const summary of listed) {
    const { domainId, assetId, dataSourceId = '' } = summary
    const { runs } = await store.runsOf(
      assetId === undefined ? { domainId, dataSourceId } : { domainId, assetId },
    )
    const run = runs.find((candidate) => runKey(candidate).record === summary.record)
    if (run?.state !== 'ENDED') continue
    const skipped = noRetryBecause(run, runs)
    retries.push(skipped === undefined ? { run, request: requestFor(run) } : { run, skipped })
  }
  return retries
}
