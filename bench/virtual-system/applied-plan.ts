import type { BackfillPlans } from '../../lib/ports/backfill-plans.ts'
import { applyPlan, entriesPerChunk, newPlan, readyPlan } from '../../lib/run/backfill-plan.ts'
import { changePlan } from '../../lib/usecases/operate/change-plan.ts'
import { memoryBackfillPlans } from '../../test/support/memory-backfill-plans.ts'
import { assetId, domainId, projectId } from './case.ts'

/** Returns an applied backfill plan with one request for each asset from number `first` on. The next sweep sends it. */
export const appliedPlan = async (first: number, requests: number, nowMs: number): Promise<BackfillPlans> => {
  const plans = memoryBackfillPlans()
  const begun = await plans.replace(newPlan('bench', domainId, nowMs))
  if (begun === undefined) throw new Error('the plan of the bench was not written')
  const entries = Array.from({ length: requests }, (_, index) => ({
    assetId: assetId(first + index),
    projectId,
    revision: '1',
    types: ['BUSINESS_DESCRIPTIONS' as const],
  }))
  for (let chunk = 0; chunk * entriesPerChunk < requests; chunk += 1)
    await plans.putChunk(begun, chunk, entries.slice(chunk * entriesPerChunk, (chunk + 1) * entriesPerChunk))
  await changePlan('bench', () => applyPlan(readyPlan(begun, requests, nowMs), nowMs), plans)
  return plans
}
