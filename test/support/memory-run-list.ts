import type { RunList } from '../../lib/ports/run-list.ts'
import { present } from '../../lib/run/present.ts'
import { generationTypes, type Run } from '../../lib/run/run.ts'
import type { RunSummary } from '../../lib/run/run-summary.ts'
import { rowOfRun } from '../../page/server/run-row.ts'

/** The page reads the list once for each status, so one pass over the store is reused for this long. */
const cachedForMs = 200

const summaries = new WeakMap<Run, RunSummary>()

/** Returns a record as the index by domain and status shows it. */
const summaryOf = (run: Run): RunSummary => {
  const known = summaries.get(run)
  if (known !== undefined) return known
  const { key: _, kind, target, name, error: __, ...row } = rowOfRun(run)
  const summary = {
    ...row,
    ...(kind === 'asset' ? { assetId: target } : { dataSourceId: target }),
    ...present({ assetName: name, error: 'error' in run ? run.error : undefined }),
    types: generationTypes.filter((type) => row.types.includes(type)),
  }
  summaries.set(run, summary)
  return summary
}

/** Returns the index by domain and status of runs in memory. It has one page. */
export const memoryRunList = (all: () => readonly Run[]): RunList => {
  let listed: { readonly atMs: number; readonly runs: readonly RunSummary[] } | undefined
  const allRuns = (): readonly RunSummary[] => {
    if (listed === undefined || Date.now() - listed.atMs > cachedForMs)
      listed = { atMs: Date.now(), runs: all().map(summaryOf) }
    return listed.runs
  }
  return {
    async *newestFirst({ domainId, status, sinceMs = 0, beforeMs = Number.MAX_SAFE_INTEGER }) {
      yield allRuns()
        .filter((one) => one.domainId === domainId && one.status === status)
        .filter(({ updatedAtMs }) => updatedAtMs >= sinceMs && updatedAtMs < beforeMs)
        .toSorted((left, right) => right.updatedAtMs - left.updatedAtMs)
    },
  }
}
