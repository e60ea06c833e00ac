import { randomUUID } from 'node:crypto'
import type { PlannedChangeView } from '../../shared/protocol.ts'

/** A change before it is confirmed, in words and with its count. The confirming button shows the title. */
export interface PlannedChange extends Omit<PlannedChangeView, 'id'> {
  /** Makes the change. Returns what happened, in one sentence. */
  readonly apply: () => Promise<string>
  /** Releases what the plan holds, when the change is not made. */
  readonly discard?: () => Promise<void>
}

/** How long a planned change can be confirmed. */
export const keptMs = 5 * 60_000

/**
 * The changes that wait for their confirmation. A change is made once, exactly as it was planned, and only if the
 * confirmation repeats its count.
 */
export const changePlans = (now: () => number = Date.now) => {
  const plans = new Map<string, { readonly atMs: number; readonly change: PlannedChange }>()
  return {
    /** Keeps a planned change for five minutes. Returns what the confirmation shows. */
    add: (change: PlannedChange): PlannedChangeView => {
      for (const [id, { atMs }] of plans) if (now() - atMs > keptMs) plans.delete(id)
      const id = randomUUID()
      plans.set(id, { atMs: now(), change })
      const { apply: _, discard: __, ...shown } = change
      return { id, ...shown }
    },
    /** Makes a change; undefined when there is none with this id and count. */
    confirm: async (id: string, count: number): Promise<string | undefined> => {
      const plan = plans.get(id)
      if (plan === undefined || plan.change.count !== count || now() - plan.atMs > keptMs) return undefined
      plans.delete(id)
      return plan.change.apply()
    },
    /** Drops a change that the viewer did not confirm. */
    discard: async (id: string): Promise<void> => {
      const plan = plans.get(id)
      plans.delete(id)
      await plan?.change.discard?.()
    },
  }
}
