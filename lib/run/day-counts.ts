import type { EndedRun, Ending } from './run.ts'

/** What is counted for a project and day: endings by the day of their detection, and Starts by their own day. */
export type CountedAs = Ending | 'STARTED'

/** The counts of one project on one UTC day. */
export interface DayCounts {
  /** `2026-11-28` */
  readonly day: string
  readonly domainId: string
  readonly projectId: string
  readonly counts: Readonly<Partial<Record<CountedAs, number>>>
}

/** The UTC day of a time. */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/**
 * Returns what announced runs add to the counts: each its ending, and its Start where it had one. Starts are counted with
 * the ending, so that a Start needs no write of its own; add the runs that are in flight now to get all Starts.
 */
export const countsOf = (runs: readonly EndedRun[]): readonly DayCounts[] => {
  const found = new Map<string, DayCounts>()
  const count = (run: EndedRun, atMs: number, as: CountedAs) => {
    const { subject, projectId } = run
    const day = dayOf(atMs)
    const key = `${day} ${subject.domainId} ${projectId}`
    const known = found.get(key) ?? { day, domainId: subject.domainId, projectId, counts: {} }
    found.set(key, { ...known, counts: { ...known.counts, [as]: (known.counts[as] ?? 0) + 1 } })
  }
  for (const run of runs) {
    count(run, run.detectedAtMs, run.ending)
    if (run.startedAtMs !== undefined) count(run, run.startedAtMs, 'STARTED')
  }
  return [...found.values()]
}
