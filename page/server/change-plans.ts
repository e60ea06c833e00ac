import { randomUUID } from 'node:crypto'

/** What a person is about to change, in words and as a count. */
export interface PlannedChange {
  /** `Cancel 3 runs`: what the button of the confirmation says. */
  readonly title: string
  /** What it means, and what it does not do. */
  readonly detail: string
  readonly count: number
  /** The first few things that change. */
  readonly lines: readonly string[]
  /** Makes the change. Returns what happened, in one sentence. */
  readonly apply: () => Promise<string>
}

const keptMs = 5 * 60_000

/**
 * Changes that were planned and wait for their confirmation. A change is made once, only as it was planned, and only by a
 * confirmation that repeats its count.
 */
export const changePlans = (now: () => number = Date.now) => {
  const plans = new Map<string, { readonly atMs: number; readonly change: PlannedChange }>()
  return {
    /** Keeps a planned change for five minutes. Returns what the confirmation shows. */
    add: (change: PlannedChange) => {
      for (const [id, { atMs }] of plans) if (now() - atMs > keptMs) plans.delete(id)
      const id = randomUUID()
      plans.set(id, { atMs: now(), change })
      const { title, detail, count, lines } = change
      return { id, title, detail, count, lines }
    },
    /** Makes a change; undefined when there is none with this id and count. */
    confirm: async (id: string, count: number): Promise<string | undefined> => {
      const plan = plans.get(id)
      if (plan === undefined || plan.change.count !== count || now() - plan.atMs > keptMs) return undefined
      plans.delete(id)
      return plan.change.apply()
    },
  }
}
