import type { RunList } from '../../lib/ports/run-list.ts'
import { present } from '../../lib/run/present.ts'
import { generationTypes, type Run } from '../../lib/run/run.ts'
import type { RunSummary } from '../../lib/run/run-summary.ts'
import { rowOfRun } from '../../page/server/run-row.ts'

/** The list is read once for each status, so a reading of the whole store serves all of them for so long. */
const listKeptMs = 200

const summaries = new WeakMap<Run, RunSummary>()

/** A record as the index by domain and status shows it. */
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

/** The index by domain and status of runs in memory, in one page. */
export const memoryRunList = (all: () => readonly Run[]): RunList => {
  let listed: { readonly atMs: number; readonly runs: readonly RunSummary[] } | undefined
  const allRuns = (): readonly RunSummary[] => {
    if (listed === undefined || Date.now() - listed.atMs > listKeptMs)
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
