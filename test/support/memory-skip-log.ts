import type { SkipLog } from '../../lib/ports/skip-log.ts'
import { partitionOf } from '../../lib/run/identity.ts'
import { type Skip, skipSlot } from '../../lib/run/skip.ts'

export interface MemorySkipLog extends SkipLog {
  /** Returns the skips of a partition, oldest first. */
  skipsOf(partition: string): readonly Skip[]
}

/** Returns a skip log in memory that keeps one skip per slot, as the table does. */
export const memorySkipLog = (): MemorySkipLog => {
  const logs = new Map<string, Map<string, Skip>>()
  const logOf = (partition: string) => logs.get(partition) ?? new Map<string, Skip>()
  return {
    async record(target, skip) {
      const partition = partitionOf(target)
      logs.set(partition, logOf(partition).set(skipSlot(skip.requestKey), skip))
    },
    skipsOf: (partition) => [...logOf(partition).values()].toSorted((left, right) => left.atMs - right.atMs),
  }
}
