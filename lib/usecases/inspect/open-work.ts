import type { RunStore, UnreadableRecord } from '../../ports/run-store.ts'
import type { Run } from '../../run/run.ts'
import { anyTimeMs } from './any-time.ts'

/** Everything that the table owes, as records. */
export interface OpenWork {
  readonly runs: readonly Run[]
  readonly unreadable: readonly UnreadableRecord[]
}

/**
 * Returns every record that owes something: claims, parked requests, runs in flight and endings to announce. Reads the
 * sparse index `work` with whole records, so its cost grows with the work that is open, not with the table: about 0.25
 * read units a record. May be a moment behind.
 * @throws PortUnavailable when the table does not answer
 */
export const openWork = async (store: RunStore): Promise<OpenWork> => {
  const runs: Run[] = []
  const unreadable: UnreadableRecord[] = []
  for (const pages of [store.due(anyTimeMs), store.waiting(anyTimeMs)])
    for await (const page of pages) {
      runs.push(...page.runs)
      unreadable.push(...page.unreadable)
    }
  return { runs, unreadable }
}
