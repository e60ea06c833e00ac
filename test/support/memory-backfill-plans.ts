import type { BackfillPlans } from '../../lib/ports/backfill-plans.ts'
import type { BackfillEntry } from '../../lib/run/backfill-asset.ts'
import type { BackfillPlan } from '../../lib/run/backfill-plan.ts'

export interface MemoryBackfillPlans extends BackfillPlans {
  /** Returns the entries of a plan, in order. */
  entriesOf(plan: BackfillPlan): readonly BackfillEntry[]
}

/** Returns backfill plans in memory, with the write conditions of the table. */
export const memoryBackfillPlans = (): MemoryBackfillPlans => {
  const plans = new Map<string, BackfillPlan>()
  const chunks = new Map<string, readonly BackfillEntry[]>()
  const key = ({ name, createdAtMs }: BackfillPlan, chunk: number) => `${name} ${createdAtMs} ${chunk}`
  return {
    all: async () => [...plans.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1)),
    async replace(plan, read) {
      if (plans.get(plan.name)?.version !== read?.version) return undefined
      const next = { ...plan, version: (read?.version ?? 0) + 1 }
      plans.set(next.name, next)
      return next
    },
    async putChunk(plan, chunk, entries) {
      chunks.set(key(plan, chunk), structuredClone(entries))
    },
    chunk: async (plan, chunk) => chunks.get(key(plan, chunk)),
    entriesOf(plan) {
      const entries: BackfillEntry[] = []
      for (let chunk = 0; chunks.has(key(plan, chunk)); chunk += 1)
        entries.push(...(chunks.get(key(plan, chunk)) ?? []))
      return entries
    },
  }
}
