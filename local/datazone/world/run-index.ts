/** The orders in which List can answer runs. */
export const listOrders = ['newest', 'oldest', 'random'] as const
export type ListOrder = (typeof listOrders)[number]

/** The fields of a run that the index reads. */
export type IndexedRun = {
  readonly id: string
  readonly domainId: string
  /** The places from which `placeOf` derives that of each order. No two runs of a domain share a place. */
  readonly places: Readonly<Record<'newest' | 'random', number>>
  /** When the control deleted the run, in epoch milliseconds. */
  deletedAtMs?: number
}

/** Returns the place of a run in an order. List answers the highest place first. */
export const placeOf = ({ places }: IndexedRun, order: ListOrder): number =>
  order === 'oldest' ? -places.newest : places[order]

/** Every run, deleted runs included, by id, by subject (its asset or data source) and by domain. */
export type RunIndex<R extends IndexedRun> = {
  add: (run: R) => void
  /** Deletes a run, which stays in `all`, `size` and `countStarted`. Returns false when there is no such run. */
  delete: (domainId: string, runId: string, atMs: number) => boolean
  find: (domainId: string, runId: string) => R | undefined
  /** Returns the runs of a subject by ascending place. */
  ofSubject: (domainId: string, subjectId: string, order?: ListOrder) => readonly R[]
  /** Returns the runs of a domain by ascending place. */
  ofDomain: (domainId: string, order?: ListOrder) => readonly R[]
  /** Returns how many runs of a subject were started, deleted runs included. */
  countStarted: (domainId: string, subjectId: string) => number
  /** Returns every run in the order of their Starts. */
  all: () => Iterable<R>
  size: () => number
}

/** Returns how many of the runs, which are sorted by their place in an order, are below a place. */
export const countBelow = (runs: readonly IndexedRun[], order: ListOrder, place: number): number => {
  let [low, high] = [0, runs.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const run = runs[middle]
    if (run !== undefined && placeOf(run, order) < place) low = middle + 1
    else high = middle
  }
  return low
}

/** Creates an empty index; `subjectOf` returns the id of a run's subject. */
export const createRunIndex = <R extends IndexedRun>(subjectOf: (run: R) => string): RunIndex<R> => {
  const byId = new Map<string, R>()
  const started = new Map<string, number>()
  const sorted = new Map<string, R[]>()
  /** The orders that were read; no other is maintained. */
  const kept = new Set<ListOrder>()

  const keysOf = (run: R, order: ListOrder): string[] => [
    `${order} ${run.domainId}`,
    `${order} ${run.domainId}/${subjectOf(run)}`,
  ]
  const insert = (key: string, order: ListOrder, run: R): void => {
    const runs = sorted.get(key) ?? []
    runs.splice(countBelow(runs, order, placeOf(run, order)), 0, run)
    sorted.set(key, runs)
  }
  const indexRun = (order: ListOrder, run: R): void => {
    for (const key of keysOf(run, order)) insert(key, order, run)
  }
  const indexedRuns = (order: ListOrder, key: string): readonly R[] => {
    if (!kept.has(order)) {
      kept.add(order)
      for (const run of byId.values()) if (run.deletedAtMs === undefined) indexRun(order, run)
    }
    return sorted.get(`${order} ${key}`) ?? []
  }
  const find = (domainId: string, runId: string): R | undefined => {
    const run = byId.get(`${domainId}/${runId}`)
    return run?.deletedAtMs === undefined ? run : undefined
  }
  return {
    add: (run) => {
      const subject = `${run.domainId}/${subjectOf(run)}`
      byId.set(`${run.domainId}/${run.id}`, run)
      started.set(subject, (started.get(subject) ?? 0) + 1)
      for (const order of kept) indexRun(order, run)
    },
    delete: (domainId, runId, atMs) => {
      const run = find(domainId, runId)
      if (run === undefined) return false
      run.deletedAtMs = atMs
      for (const key of [...kept].flatMap((order) => keysOf(run, order)))
        sorted.get(key)?.splice(sorted.get(key)?.indexOf(run) ?? 0, 1)
      return true
    },
    find,
    ofSubject: (domainId, subjectId, order = 'newest') => indexedRuns(order, `${domainId}/${subjectId}`),
    ofDomain: (domainId, order = 'newest') => indexedRuns(order, domainId),
    countStarted: (domainId, subjectId) => started.get(`${domainId}/${subjectId}`) ?? 0,
    all: () => byId.values(),
    size: () => byId.size,
  }
}
