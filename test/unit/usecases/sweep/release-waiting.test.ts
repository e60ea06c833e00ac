import { describe, expect, test } from 'vitest'
import { PortUnavailable } from '../../../../lib/errors.ts'
import { claimedRun, inFlightRun, minute, parkedRun, second, t0 } from '../../../support/runs.ts'
import { assetOf, due, forAsset, startedEarlier, succeeded, sweeper } from '../../../support/sweeping.ts'

describe('releases', () => {
  const parked = (count: number) =>
    Array.from({ length: count }, (_, n) => forAsset(parkedRun(due), `asset-${String(n).padStart(3, '0')}`))

  test('P2: writes the record, held until the message is expected, before it sends the message', async () => {
    const world = sweeper([forAsset(parkedRun(due), 'a')])
    await world.sweep()
    expect(world.store.all()).toMatchObject([
      { state: 'PARKED', reason: 'THROTTLED', releasedAtMs: t0, retryAtMs: t0 + 15 * minute },
    ])
    expect(world.queue.released).toEqual([
      {
        release: {
          release: 1,
          domainId: 'dzd_orders',
          assetId: 'a',
          record: 'RUN#4#BUSINESS_DESCRIPTIONS#0001',
        },
        delaySeconds: 0,
      },
    ])
    expect(await world.sweep()).toMatchObject({ due: 0, released: 0 })
  })

  test('P9: releases again after a quarter of an hour when a release was lost', async () => {
    const world = sweeper([forAsset(parkedRun(due), 'a')])
    world.queue.isDown = true
    expect(await world.sweep()).toMatchObject({
      released: 0,
      problems: [expect.stringContaining('release: ')],
    })
    world.queue.isDown = false
    world.clock.advance(15 * minute)
    expect(await world.sweep()).toMatchObject({ released: 1 })
  })

  test('P1: releases a claim whose lease ended, and keeps its Start as an earlier Start', async () => {
    const world = sweeper([
      forAsset(claimedRun({ leaseEndsAtMs: t0, startSent: { firstAtMs: t0 - minute, lastAtMs: t0 } }), 'a'),
    ])
    await world.sweep()
    expect(world.store.all()).toMatchObject([
      { state: 'PARKED', reason: 'LEASE_EXPIRED', earlierStart: { firstAtMs: t0 - minute, lastAtMs: t0 } },
    ])
  })

  test('P7: releases no more than the settings allow, spread over the period', async () => {
    const world = sweeper(parked(50), {}, { maxReleases: 30 })
    expect(await world.sweep()).toMatchObject({ due: 50, released: 30 })
    const delays = world.queue.released.map(({ delaySeconds }) => delaySeconds)
    expect(delays).toEqual(Array.from({ length: 30 }, (_, n) => n * 2))
    expect(world.store.all().filter((run) => 'releasedAtMs' in run)).toHaveLength(30)
  })

  test('P9: releases the records that the previous sweep left', async () => {
    const world = sweeper(parked(50), {}, { maxReleases: 30 })
    await world.sweep()
    world.clock.advance(minute)
    expect(await world.sweep()).toMatchObject({ due: 20, released: 20 })
    expect(new Set(world.queue.released.map(({ release }) => assetOf(release))).size).toBe(50)
  })

  test('releases no record that another process changed meanwhile', async () => {
    const run = forAsset(parkedRun(due), 'a')
    const world = sweeper([run])
    world.store.beforeWrite = () => world.store.put({ ...run, version: 2 })
    expect(await world.sweep()).toMatchObject({ released: 0, problems: [] })
    expect(world.queue.released).toEqual([])
  })

  test('reports messages that the queue did not accept, and counts only the accepted ones', async () => {
    const world = sweeper(parked(3))
    world.queue.release = async (releases) => releases.map((_, index) => index > 0)
    expect(await world.sweep()).toMatchObject({
      released: 2,
      problems: ['release: the queue did not accept every message'],
    })
  })

  test('releases a record once in two concurrent sweeps', async () => {
    const world = sweeper([forAsset(parkedRun(due), 'a')])
    await Promise.all([world.sweep(), world.sweep()])
    expect(world.queue.released).toHaveLength(1)
  })
})

describe('releases of a backlog', () => {
  const backlog = Array.from({ length: 40 }, (_, n) => forAsset(parkedRun(due), `parked-${n}`))

  test('releases the oldest of a backlog that takes too long to read, and reports no count', async () => {
    const world = sweeper(backlog)
    const { waiting } = world.store
    world.store.waiting = async function* (nowMs) {
      for await (const page of waiting(nowMs)) {
        world.clock.advance(30 * second)
        yield page
      }
    }
    const report = await world.sweep(t0 + 40 * second)
    expect(report).toMatchObject({ due: 20, released: 20 })
    expect(report).not.toHaveProperty('parked')
  })

  test('settles, and releases no parked record, when waiting records cannot be read', async () => {
    const claim = forAsset(claimedRun({ leaseEndsAtMs: t0 }), 'c')
    const world = sweeper([...backlog, claim, forAsset(inFlightRun(startedEarlier), 'a')], succeeded)
    world.store.waiting = () => {
      throw new PortUnavailable('table', new Error('down for a test'))
    }
    const report = await world.sweep()
    expect(report).toMatchObject({ announced: 1, released: 1 })
    expect(report.problems).toEqual(['waiting: table is unavailable: Error'])
    expect(report).not.toHaveProperty('parked')
  })

  test('reports no count that was cut short', async () => {
    const world = sweeper([forAsset(parkedRun({ retryAtMs: t0 + 60 * minute }), 'a')])
    const { parkedAfter } = world.store
    world.store.parkedAfter = async function* (nowMs) {
      for await (const page of parkedAfter(nowMs)) {
        world.clock.advance(minute)
        yield page
      }
    }
    expect(await world.sweep()).not.toHaveProperty('parked')
  })
})

describe('the clock of a sweep', () => {
  test('leaves a record that comes due while the sweep reads to the next sweep, and counts it once', async () => {
    const world = sweeper([
      forAsset(parkedRun({ reason: 'DENIED', retryAtMs: t0 + 3 * second }), 'a'),
      forAsset(parkedRun({ reason: 'DENIED', retryAtMs: t0 }), 'b'),
    ])
    const { due: dueOf } = world.store
    world.store.due = async function* (nowMs) {
      for await (const page of dueOf(nowMs)) yield page
      world.clock.advance(5 * second)
    }
    expect(await world.sweep()).toMatchObject({ due: 1, released: 1, parked: { DENIED: 2 } })
  })

  test('counts a record that it released as parked once', async () => {
    const world = sweeper([forAsset(parkedRun(due), 'a'), forAsset(claimedRun({ leaseEndsAtMs: t0 }), 'c')])
    expect(await world.sweep()).toMatchObject({ released: 2, parked: { THROTTLED: 1 } })
    world.clock.advance(minute)
    expect(await world.sweep()).toMatchObject({ released: 0, parked: { THROTTLED: 1, LEASE_EXPIRED: 1 } })
  })
})
