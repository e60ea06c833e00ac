import { describe, expect, test } from 'vitest'
import { parseQueueMessage } from '../../../../lib/contracts/queue-message.ts'
import type { BackfillEntry } from '../../../../lib/run/backfill-asset.ts'
import {
  applyPlan,
  entriesPerChunk,
  newPlan,
  readyPlan,
  stopPlan,
} from '../../../../lib/run/backfill-plan.ts'
import { changePlan } from '../../../../lib/usecases/operate/change-plan.ts'
import { type AdvanceContext, advanceBackfills } from '../../../../lib/usecases/sweep/advance-backfills.ts'
import { manualClock } from '../../../support/manual-clock.ts'
import { memoryBackfillPlans } from '../../../support/memory-backfill-plans.ts'
import { recordingQueue } from '../../../support/recorders.ts'
import { minute, second, t0 } from '../../../support/runs.ts'

const entryOf = (index: number): BackfillEntry => ({
  assetId: `asset-${index}`,
  projectId: 'project-1',
  revision: 'r/2#é',
  types: ['BUSINESS_DESCRIPTIONS'],
})

const world = async (count: number, maxReleases = 100) => {
  const plans = memoryBackfillPlans()
  const clock = manualClock()
  const queue = recordingQueue()
  const begun = await plans.replace(newPlan('spring', 'dzd_orders', t0))
  if (begun === undefined) throw new Error('expected a new plan')
  for (let from = 0; from < count; from += entriesPerChunk) {
    const length = Math.min(entriesPerChunk, count - from)
    const entries = Array.from({ length }, (_, index) => entryOf(from + index))
    await plans.putChunk(begun, from / entriesPerChunk, entries)
  }
  await plans.replace(readyPlan(begun, count, t0), begun)
  const context = { backfills: plans, clock, queue, settings: { mode: 'run' as const, maxReleases } }
  return {
    plans,
    clock,
    queue,
    context,
    apply: () => changePlan('spring', (plan) => applyPlan(plan, clock.now()), plans),
    stop: () => changePlan('spring', (plan) => stopPlan(plan, clock.now()), plans),
    plan: async () => (await plans.all())[0],
    sweep: (parked: Record<string, number> | 'not counted' = {}, over: Partial<AdvanceContext> = {}) =>
      advanceBackfills(parked === 'not counted' ? undefined : parked, {
        ...context,
        deadlineMs: clock.now() + 47 * second,
        ...over,
      }),
    ids: () => queue.submitted.map(({ requestId }) => requestId),
  }
}

describe('advanceBackfills', () => {
  test('sends nothing of a plan that is not applied, and as much of an applied plan as the lane has room for', async () => {
    const { apply, sweep, plan, queue } = await world(500)
    expect(await sweep()).toEqual({ requested: 0, problems: [] })
    await apply()
    expect(await sweep()).toEqual({ requested: 200, problems: [] })
    expect(await sweep({ BACKFILL: 150 })).toMatchObject({ requested: 50 })
    expect(await sweep({ CAP_FULL: 900 })).toMatchObject({ requested: 0 })
    expect(await sweep('not counted')).toMatchObject({ requested: 0 })
    expect(await plan()).toMatchObject({ state: 'APPLYING', sent: 250 })
    expect(await sweep()).toMatchObject({ requested: 200 })
    expect(await sweep()).toMatchObject({ requested: 50 })
    expect(await plan()).toMatchObject({ state: 'DONE', sent: 500 })
    expect(queue.submitted.map(({ requestId }) => requestId)).toHaveLength(500)
  })

  test('sends requests of lane backfill that the starter accepts', async () => {
    const { apply, sweep, queue } = await world(1)
    await apply()
    await sweep()
    const message = parseQueueMessage(JSON.stringify(queue.submitted[0]), t0)
    expect(message).toMatchObject({
      kind: 'request',
      request: {
        assetId: 'asset-0',
        projectId: 'project-1',
        types: ['BUSINESS_DESCRIPTIONS'],
        lane: 'backfill',
        regenerate: false,
      },
    })
  })

  test('sends each request once, even when two users apply the plan and two sweeps overlap', async () => {
    const { apply, sweep, ids } = await world(450)
    await Promise.all([apply(), apply()])
    for (let round = 0; round < 4; round += 1) await Promise.all([sweep(), sweep()])
    expect(ids()).toHaveLength(450)
    expect(new Set(ids()).size).toBe(450)
  })

  test('repeats under the same ids the requests of a sweep that crashed before it recorded them, and loses none', async () => {
    const { apply, sweep, clock, ids, plans, plan } = await world(300)
    await apply()
    const dying = { ...plans, replace: async () => Promise.reject(new Error('dies')) }
    const leasing = {
      ...dying,
      replace: (next: Parameters<typeof plans.replace>[0], read?: Parameters<typeof plans.replace>[1]) =>
        next.lease === undefined ? dying.replace() : plans.replace(next, read),
    }
    const died = await sweep({}, { backfills: leasing })
    expect(died.problems).toEqual(['backfill: dies'])
    expect(await sweep()).toMatchObject({ requested: 0 })
    clock.advance(2 * minute)
    expect(await sweep()).toMatchObject({ requested: 200 })
    expect(await sweep()).toMatchObject({ requested: 100 })
    expect(ids()).toHaveLength(500)
    expect(new Set(ids()).size).toBe(300)
    expect(await plan()).toMatchObject({ state: 'DONE' })
  })

  test('stops at once and continues where it stopped', async () => {
    const { apply, stop, sweep, plan, ids } = await world(300)
    await apply()
    await sweep()
    expect(await stop()).toMatchObject({ outcome: 'changed' })
    expect(await sweep()).toMatchObject({ requested: 0 })
    await apply()
    await sweep()
    expect(await plan()).toMatchObject({ state: 'DONE' })
    expect(new Set(ids()).size).toBe(300)
  })

  test('counts the requests that the queue accepted when it refuses the rest', async () => {
    const { apply, plan, sweep } = await world(300)
    await apply()
    let batches = 0
    const queue = {
      submit: async (requests: readonly unknown[]) => {
        batches += 1
        return requests.map((_, index) => batches < 3 || index < 4)
      },
    }
    expect(await sweep({}, { queue })).toEqual({
      requested: 24,
      problems: ['backfill spring: the queue did not accept every request'],
    })
    expect(await plan()).toMatchObject({ sent: 24 })
  })

  test.each(['off', 'plan'] as const)('sends nothing in mode %s', async (mode) => {
    const { apply, context, sweep } = await world(10)
    await apply()
    const settings = { ...context.settings, mode }
    expect(await sweep({}, { settings })).toMatchObject({ requested: 0 })
  })

  test('reports a chunk that is missing, and keeps its place', async () => {
    const { apply, plans, sweep, plan } = await world(10)
    await apply()
    plans.chunk = async () => undefined
    expect(await sweep()).toMatchObject({ problems: ['backfill spring: chunk 0 cannot be read'] })
    expect(await plan()).toMatchObject({ state: 'APPLYING', sent: 0 })
  })

  test('names the plan, its domain and no revision in each request', async () => {
    const { apply, sweep, queue } = await world(1)
    await apply()
    await sweep()
    expect(queue.submitted[0]).toMatchObject({
      domainId: 'dzd_orders',
      correlationId: 'backfill/spring',
      asset: { id: 'asset-0' },
    })
    expect(queue.submitted[0]).not.toHaveProperty('asset.revision')
  })

  test('continues within a chunk, with the next entry', async () => {
    const { apply, sweep, ids } = await world(300)
    await apply()
    await sweep({ BACKFILL: 170 })
    await sweep({ BACKFILL: 0 })
    await sweep()
    expect(ids()).toHaveLength(300)
    expect(new Set(ids()).size).toBe(300)
  })

  test('stops between two batches when its time is up, records what was sent, and reports no problem', async () => {
    const { apply, clock, queue, plan, sweep } = await world(300)
    await apply()
    const slow = {
      submit: async (requests: Parameters<typeof queue.submit>[0]) => {
        clock.advance(20 * second)
        return queue.submit(requests)
      },
    }
    expect(await sweep({}, { queue: slow })).toEqual({
      requested: 30,
      problems: [],
    })
    expect(await plan()).toMatchObject({ state: 'APPLYING', sent: 30 })
    expect(await plan()).not.toHaveProperty('lease')
  })

  test('takes no lease at its deadline', async () => {
    const { apply, clock, plan, queue, sweep } = await world(10)
    await apply()
    const before = await plan()
    expect(await sweep({}, { deadlineMs: clock.now() })).toEqual({
      requested: 0,
      problems: [],
    })
    expect(queue.submitted).toEqual([])
    expect(await plan()).toEqual(before)
  })

  test('holds a lease until 15 s after its deadline', async () => {
    const { apply, clock, plans, sweep } = await world(10)
    await apply()
    const deadlineMs = clock.now() + 47 * second
    let lease: unknown
    const chunk: typeof plans.chunk = async (plan, number) => {
      lease = plan.lease
      return plans.chunk(plan, number)
    }
    await sweep({}, { backfills: { ...plans, chunk }, deadlineMs })
    expect(lease).toMatchObject({ untilMs: deadlineMs + 15 * second })
  })

  test('records what it sent to a plan that is stopped meanwhile', async () => {
    const { apply, stop, sweep, plan, plans } = await world(300)
    await apply()
    const { chunk } = plans
    plans.chunk = async (...asked) => {
      await stop()
      return chunk(...asked)
    }
    expect(await sweep()).toEqual({ requested: 200, problems: [] })
    expect(await plan()).toMatchObject({ state: 'STOPPED', sent: 200 })
    expect(await plan()).not.toHaveProperty('lease')
  })

  test('gives up recording after five lost writes', async () => {
    const { apply, plans, sweep } = await world(10)
    await apply()
    let records = 0
    const replace: typeof plans.replace = async (next, read) => {
      if (next.lease !== undefined) return plans.replace(next, read)
      records += 1
      return undefined
    }
    const backfills = { ...plans, replace }
    expect(await sweep({}, { backfills })).toMatchObject({ requested: 10 })
    expect(records).toBe(5)
  })

  test('shares the room of the lane among the plans, by name', async () => {
    const { apply, plans, sweep, plan, queue } = await world(150)
    await apply()
    const other = await plans.replace(newPlan('winter', 'dzd_orders', t0))
    if (other === undefined) throw new Error('expected a new plan')
    await plans.putChunk(
      other,
      0,
      Array.from({ length: 100 }, (_, index) => entryOf(1000 + index)),
    )
    await plans.replace({ ...readyPlan(other, 100, t0), state: 'APPLYING' }, other)
    expect(await sweep()).toEqual({ requested: 200, problems: [] })
    expect(await plan()).toMatchObject({ name: 'spring', state: 'DONE' })
    expect((await plans.all())[1]).toMatchObject({ name: 'winter', state: 'APPLYING', sent: 50 })
    expect(queue.submitted).toHaveLength(200)
  })

  test('reports a chunk that is too short, after it has sent what the chunk holds', async () => {
    const { apply, plans, sweep, plan } = await world(10)
    await apply()
    plans.chunk = async () => [entryOf(0), entryOf(1)]
    expect(await sweep()).toEqual({ requested: 2, problems: ['backfill spring: chunk 0 cannot be read'] })
    expect(await plan()).toMatchObject({ state: 'APPLYING', sent: 2 })
  })
})
