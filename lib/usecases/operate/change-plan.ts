import type { BackfillPlans } from '../../ports/backfill-plans.ts'
import type { BackfillPlan, PlanChange } from '../../run/backfill-plan.ts'

export type ChangeResult =
  | { readonly outcome: 'changed' | 'unchanged'; readonly plan: BackfillPlan }
  | { readonly outcome: 'refused'; readonly reason: string }
  | { readonly outcome: 'not-found'; readonly names: readonly string[] }
  /** Other writers won every time. */
  | { readonly outcome: 'contended' }

const maxTries = 5

/** Applies a change of an operator to a plan, and reads the plan again when the sweep has written it meanwhile. */
export const changePlan = async (
  name: string,
  change: (plan: BackfillPlan) => PlanChange,
  plans: BackfillPlans,
): Promise<ChangeResult> => {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const all = await plans.all()
    const plan = all.find((candidate) => candidate.name === name)
    if (plan === undefined) return { outcome: 'not-found', names: all.map((candidate) => candidate.name) }
    const next = change(plan)
    if (next.outcome === 'refused') return next
    if (next.outcome === 'unchanged') return { outcome: 'unchanged', plan }
    const saved = await plans.replace(next.plan, plan)
    if (saved !== undefined) return { outcome: 'changed', plan: saved }
  }
  return { outcome: 'contended' }
}
