import type { Plan } from './plan.ts'

/** One run that a Start made. Only its plan may ever be replaced. */
export type Run = {
  readonly id: string
  readonly domainId: string
  readonly projectId: string
  readonly assetId: string
  readonly revision: string
  readonly types: readonly string[]
  readonly clientToken: string | undefined
  readonly createdBy: string
  readonly createdAtMs: number
  /** Its place in List, which goes from the highest rank down. No two runs of a domain share one. */
  readonly rank: number
  plan: Plan
}

/** Every run ever started, found by id, by asset, or by domain in the order of their rank. */
export type RunBook = {
  add: (run: Run) => void
  find: (domainId: string, runId: string) => Run | undefined
  ofAsset: (domainId: string, assetId: string) => readonly Run[]
  ofDomain: (domainId: string) => readonly Run[]
  all: () => Iterable<Run>
  size: () => number
}

/** How many of the runs, which are sorted by rank, have a rank below this one. */
export const countBelow = (runs: readonly Run[], rank: number): number => {
  let [low, high] = [0, runs.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((runs[middle]?.rank ?? Number.POSITIVE_INFINITY) < rank) low = middle + 1
    else high = middle
  }
  return low
}

const insert = (index: Map<string, Run[]>, key: string, run: Run): void => {
  const runs = index.get(key) ?? []
  runs.splice(countBelow(runs, run.rank), 0, run)
  index.set(key, runs)
}

/** An empty book. */
export const createRunBook = (): RunBook => {
  const byId = new Map<string, Run>()
  const byAsset = new Map<string, Run[]>()
  const byDomain = new Map<string, Run[]>()
  return {
    add: (run) => {
      byId.set(`${run.domainId}/${run.id}`, run)
      insert(byAsset, `${run.domainId}/${run.assetId}`, run)
      insert(byDomain, run.domainId, run)
    },
    find: (domainId, runId) => byId.get(`${domainId}/${runId}`),
    ofAsset: (domainId, assetId) => byAsset.get(`${domainId}/${assetId}`) ?? [],
    ofDomain: (domainId) => byDomain.get(domainId) ?? [],
    all: () => byId.values(),
    size: () => byId.size,
  }
}
