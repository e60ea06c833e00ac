import { randomUUID } from 'node:crypto'
import type { PlannedChangeView } from '../../shared/protocol.ts'

/** What a person is about to change, in words and as a count. The title is what the button of the confirmation says. */
export interface PlannedChange extends Omit<PlannedChangeView, 'id'> {
  /** Makes the change. Returns what happened, in one sentence. */
  readonly apply: () => Promise<string>
  /** Gives back what the plan holds, when the change is not made. */
  readonly discard?: () => Promise<void>
}

/** How long a planned change can be confirmed. */
export const keptMs = 5 * 60_000

/**
 * Changes that were planned and wait for their confirmation. A change is made once, only as it was planned, and only by a
 * confirmation that repeats its count.
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
    /** Forgets a change that a person decided not to make. */
    discard: async (id: string): Promise<void> => {
      const plan = plans.get(id)
      plans.delete(id)
      await plan?.change.discard?.()
    },
  }
}
