import type { RunList } from '../../lib/ports/run-list.ts'
import { runStatuses } from '../../lib/usecases/inspect/list-runs.ts'
import type { RunBoard } from './run-board.ts'
import { rowOfSummary } from './run-row.ts'

/** Records are written a moment after the time they carry, and the index lags. */
const overlapMs = 15_000
const weekMs = 7 * 24 * 3_600_000
/** Of each domain and status, this many runs are read at first. */
const firstRows = 5000

/** Reads the runs that changed, by the index of domain and status: at first those of a week, then what is new. */
export const changeReader = (list: RunList, board: RunBoard, domains: ReadonlySet<string>) => {
  /** Of each domain and status, the newest change that was read. */
  const seenUntil = new Map<string, number>()
  let heldSinceMs: number | undefined

  const readStatus = async (domainId: string, status: string): Promise<void> => {
    const place = `${domainId}#${status}`
    const isFirst = !seenUntil.has(place)
    const sinceMs = Math.max(0, (seenUntil.get(place) ?? Date.now() - weekMs) - (isFirst ? 0 : overlapMs))
    let read = 0
    for await (const page of list.newestFirst({ domainId, status, sinceMs })) {
      for (const summary of page.toReversed()) {
        board.put(rowOfSummary(summary))
        seenUntil.set(place, Math.max(seenUntil.get(place) ?? 0, summary.updatedAtMs))
      }
      read += page.length
      if (read < firstRows) continue
      const oldest = page.at(-1)?.updatedAtMs
      if (isFirst && oldest !== undefined) heldSinceMs = Math.max(heldSinceMs ?? 0, oldest)
      break
    }
    if (isFirst && !seenUntil.has(place)) seenUntil.set(place, Date.now() - overlapMs)
  }

  return {
    read: async (): Promise<void> => {
      for (const domainId of domains)
        await Promise.all(runStatuses.map((status) => readStatus(domainId, status)))
    },
    /** Since when all runs were read, where there were too many of a week. */
    heldSinceMs: () => heldSinceMs,
  }
}
