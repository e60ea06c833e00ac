import { expect, test } from 'vitest'
import type { BackfillPlans } from '../../../../lib/ports/backfill-plans.ts'
import { applyPlan, newPlan, readyPlan } from '../../../../lib/run/backfill-plan.ts'
import { changePlan } from '../../../../lib/usecases/operate/change-plan.ts'
import { memoryBackfillPlans } from '../../../support/memory-backfill-plans.ts'
import { second, t0 } from '../../../support/runs.ts'

const apply = (plan: ReturnType<typeof newPlan>) => applyPlan(plan, t0 + second)

const plansNamed = async (...names: readonly string[]) => {
  const plans = memoryBackfillPlans()
  for (const name of names) await plans.replace(readyPlan(newPlan(name, 'dzd_orders', t0), 5, t0))
  return plans
}

/** Returns plans for which another writer wins the first `times` races. */
const contended = (plans: BackfillPlans, times: number) => {
  let [races, tried] = [0, 0]
  const replace: BackfillPlans['replace'] = async (next, read) => {
    tried += 1
    if (races++ < times && read !== undefined) await plans.replace({ ...read, sent: read.sent + 1 }, read)
    return plans.replace(next, read)
  }
  return { plans: { ...plans, replace }, tried: () => tried }
}

test('changes the plan of that name and no other', async () => {
  const plans = await plansNamed('autumn', 'spring')
  expect(await changePlan('spring', apply, plans)).toMatchObject({
    outcome: 'changed',
    plan: { name: 'spring', state: 'APPLYING', version: 2 },
  })
  expect(await plans.all()).toMatchObject([{ state: 'READY' }, { state: 'APPLYING' }])
})

test('returns the plan unchanged when there is nothing to change', async () => {
  const plans = await plansNamed('spring')
  await changePlan('spring', apply, plans)
  expect(await changePlan('spring', apply, plans)).toMatchObject({
    outcome: 'unchanged',
    plan: { version: 2 },
  })
})

test('returns why a plan cannot be changed', async () => {
  const plans = memoryBackfillPlans()
  await plans.replace(newPlan('spring', 'dzd_orders', t0))
  expect(await changePlan('spring', apply, plans)).toMatchObject({
    outcome: 'refused',
    reason: /not finished/,
  })
})

test('names the plans that exist when no plan has that name', async () => {
  const plans = await plansNamed('autumn', 'spring')
  expect(await changePlan('winter', apply, plans)).toEqual({
    outcome: 'not-found',
    names: ['autumn', 'spring'],
  })
})

test('keeps what another writer wrote meanwhile', async () => {
  const { plans } = contended(await plansNamed('spring'), 4)
  expect(await changePlan('spring', apply, plans)).toMatchObject({
    outcome: 'changed',
    plan: { state: 'APPLYING', sent: 4 },
  })
})

test('gives up when another writer wins five times', async () => {
  const { plans, tried } = contended(await plansNamed('spring'), 5)
  expect(await changePlan('spring', apply, plans)).toEqual({ outcome: 'contended' })
  expect(tried()).toBe(5)
})
