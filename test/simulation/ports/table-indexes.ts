import type { RunKey } from '../../../lib/run/identity.ts'
import type { VirtualTime } from './clock.ts'
import type { Stored } from './stored-item.ts'

/** What the `work` index shows of an item now, and what it will show of the latest writes. */
interface Shown {
  now: Stored | undefined
  readonly coming: { readonly atMs: number; readonly stored: Stored | undefined }[]
}

/** The indexes of a simulated table, which show a write only after a lag. */
export interface TableIndexes {
  /** Adds a write or the deletion of an item to both indexes. */
  note(key: RunKey, next: Stored | undefined): void
  /** Returns what the `work` index shows now. */
  work(): readonly Stored[]
  /** Returns the key that the index of run ids shows for a run now. */
  keyOf(runId: string): RunKey | undefined
}

/** Creates the indexes of a table. `lagMs` returns, at each write, how long they still show the former item. */
export const tableIndexes = (time: VirtualTime, lagMs: () => number): TableIndexes => {
  const work = new Map<string, Shown>()
  const runIds = new Map<string, { readonly key: RunKey; readonly fromMs: number }>()

  const bringUpToDate = (entry: Shown) => {
    for (
      let first = entry.coming[0];
      first !== undefined && first.atMs <= time.now();
      first = entry.coming[0]
    ) {
      entry.now = first.stored
      entry.coming.shift()
    }
  }

  return {
    note: (key, next) => {
      const name = `${key.partition} ${key.record}`
      const entry: Shown = work.get(name) ?? { now: undefined, coming: [] }
      // An item's writes come through in their order.
      const atMs = Math.max(time.now() + lagMs(), entry.coming.at(-1)?.atMs ?? 0)
      const runId = next?.item['runId']
      if (typeof runId === 'string' && !runIds.has(runId)) runIds.set(runId, { key, fromMs: atMs })
      entry.coming.push({ atMs, stored: next?.workAtMs === undefined ? undefined : next })
      work.set(name, entry)
    },
    work: () => {
      const shown: Stored[] = []
      for (const [name, entry] of work) {
        bringUpToDate(entry)
        if (entry.now !== undefined) shown.push(entry.now)
        else if (entry.coming.length === 0) work.delete(name)
      }
      return shown
    },
    keyOf: (runId) => {
      const entry = runIds.get(runId)
      return entry === undefined || entry.fromMs > time.now() ? undefined : entry.key
    },
  }
}
