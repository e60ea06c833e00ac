import { describe, expect, test } from 'vitest'
import { PortUnavailable } from '../../../../lib/errors.ts'
import { openBreaker } from '../../../../lib/run/breaker.ts'
import { claimedRun, endedRun, minute, parkedRun, second, t0 } from '../../../support/runs.ts'
import { assetOf, due, forAsset, sweeper } from '../../../support/sweeping.ts'

describe('P7: work that a breaker or switch would park again', () => {
  const full = openBreaker(
    { reason: 'QUOTA_EXCEEDED', types: ['BUSINESS_DESCRIPTIONS'] },
    'Start',
    t0 - minute,
    {
      firstMs: minute,
      maxMs: 15 * minute,
      quotaProbeMs: 240 * minute,
      leaseMs: minute,
    },
  )
  const denied = {
    ...full,
    cause: { reason: 'DENIED', domainId: 'dzd_orders', projectId: 'project-1' },
  } as const
  const waiting = Array.from({ length: 4 }, (_, index) =>
    forAsset(parkedRun({ reason: 'QUOTA_EXCEEDED', retryAtMs: t0 - minute + index }), `asset-${index}`),
  )

  test('stays in the table without a write behind an open breaker, and is counted', async () => {
    const world = sweeper(waiting, {}, {}, { breakers: [full] })
    expect(await world.sweep()).toMatchObject({ released: 0, held: { QUOTA_EXCEEDED: 4 } })
    expect(world.store.writes).toEqual([])
  })

  test('stays in the table during a pause, whatever it waits for, a claim with an ended lease included', async () => {
    const claim = forAsset(claimedRun({ leaseEndsAtMs: t0 }), 'asset-9')
    const world = sweeper([...waiting, claim], {}, {}, { paused: 'project-1' })
    expect(await world.sweep()).toMatchObject({ released: 0, held: { PAUSED: 5 }, parked: { PAUSED: 4 } })
    expect(world.store.writes).toEqual([])
    const other = forAsset(parkedRun({ ...due, projectId: 'project-2' }), 'asset-8')
    const elsewhere = sweeper([...waiting, other], {}, {}, { paused: 'project-2' })
    expect(await elsewhere.sweep()).toMatchObject({ released: 4, held: { PAUSED: 1 } })
  })

  test("has its oldest request released when the breaker's probe is due", async () => {
    const world = sweeper(waiting, {}, {}, { breakers: [{ ...full, nextProbeAtMs: t0 }] })
    expect(await world.sweep()).toMatchObject({ released: 1, held: { QUOTA_EXCEEDED: 3 } })
    expect(world.store.writes).toHaveLength(1)
    expect(world.store.all()[0]).toMatchObject({ releasedAtMs: t0 })
  })

  test('P1: has a claim with an ended lease released behind a full quota, where List can look, but not behind a denial', async () => {
    const claim = forAsset(claimedRun({ leaseEndsAtMs: t0 }), 'asset-9')
    expect(await sweeper([claim], {}, {}, { breakers: [full] }).sweep()).toMatchObject({ released: 1 })
    expect(await sweeper([claim], {}, {}, { breakers: [denied] }).sweep()).toMatchObject({ released: 0 })
  })

  test('P9: has a request that has waited too long behind a denial released, to be rejected, unless it is paused', async () => {
    const overdue = parkedRun({ reason: 'DENIED', createdAtMs: t0 - 36 * 24 * 60 * minute, retryAtMs: t0 })
    const world = sweeper([overdue], {}, {}, { breakers: [denied] })
    expect(await world.sweep()).toMatchObject({ released: 1, held: {} })
    const paused = sweeper([overdue], {}, {}, { breakers: [denied], paused: 'project-1' })
    expect(await paused.sweep()).toMatchObject({ released: 0, held: { PAUSED: 1 } })
  })

  test('has a request with a cancel released without a probe, because no Start follows', async () => {
    const cancel = { requestedAtMs: t0 - minute, requestId: 'stop-1' }
    const earlierStart = { firstAtMs: t0 - 5 * minute, lastAtMs: t0 - 5 * minute }
    const toCancel = forAsset(parkedRun({ cancel, earlierStart, retryAtMs: t0 - second }), 'asset-9')
    const breakers = [{ ...denied, nextProbeAtMs: t0 }, full]
    const world = sweeper([toCancel, waiting[0] ?? toCancel], {}, {}, { breakers, paused: 'project-1' })
    expect(await world.sweep()).toMatchObject({ released: 1, held: { PAUSED: 1 } })
    expect(world.queue.released.map(({ release }) => assetOf(release))).toEqual(['asset-9'])
    const other = sweeper(
      [toCancel, waiting[0] ?? toCancel],
      {},
      {},
      { breakers: [{ ...denied, nextProbeAtMs: t0 }] },
    )
    expect(await other.sweep()).toMatchObject({ released: 2 })
  })

  test('stays unreleased when the switches cannot be read, while endings are announced', async () => {
    const world = sweeper([...waiting, forAsset(endedRun({ detectedAtMs: t0 }), 'asset-9')])
    world.switches.pauseOf = async () => {
      throw new PortUnavailable('table', new Error('down for a test'))
    }
    const report = await world.sweep()
    expect(report).toMatchObject({ released: 0, announced: 1 })
    expect(report.problems).toHaveLength(1)
  })

  test('is counted by the reason for which it waits, due or not', async () => {
    const later = forAsset(parkedRun({ reason: 'SOURCE_DAY_FULL', retryAtMs: t0 + 60 * minute }), 'asset-8')
    const world = sweeper([...waiting, later], {}, {}, { breakers: [denied] })
    expect((await world.sweep()).parked).toEqual({ DENIED: 4, SOURCE_DAY_FULL: 1 })
    world.store.parkedAfter = () => {
      throw new PortUnavailable('table', new Error('down for a test'))
    }
    expect(await world.sweep()).not.toHaveProperty('parked')
  })
})
