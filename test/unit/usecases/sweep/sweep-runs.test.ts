import { describe, expect, test } from 'vitest'
import type { DataZone } from '../../../../lib/ports/datazone.ts'
import { runKey } from '../../../../lib/run/identity.ts'
import { sweepRuns } from '../../../../lib/usecases/sweep/sweep-runs.ts'
import {
  claimedRun,
  endedRun,
  inFlightRun,
  minute,
  parkedRun,
  plannedRun,
  second,
  t0,
} from '../../../support/runs.ts'
import { answered, scriptedDataZone, serviceRun } from '../../../support/scripted-datazone.ts'
import { assetOf, due, forAsset, startedEarlier, succeeded, sweeper } from '../../../support/sweeping.ts'

describe('sweepRuns', () => {
  test('announces, releases, settles, and announces what it settled', async () => {
    const world = sweeper(
      [
        forAsset(endedRun({ detectedAtMs: t0 }), 'a'),
        forAsset(parkedRun(due), 'b'),
        forAsset(claimedRun({ leaseEndsAtMs: t0 }), 'c'),
        forAsset(inFlightRun(startedEarlier), 'd'),
        forAsset(plannedRun(), 'e'),
        forAsset(endedRun({ announcedAtMs: t0 }), 'f'),
      ],
      succeeded,
    )
    expect(await world.sweep()).toEqual({
      due: 4,
      inFlight: 1,
      announced: 2,
      owedSeconds: 0,
      released: 2,
      held: {},
      parked: { THROTTLED: 1 },
      nextAtMs: {},
      ended: { SUCCEEDED: 1 },
      unreadable: [],
      problems: [],
      denied: 0,
      readWithoutList: 0,
      unrecognized: [],
      outOfTime: false,
    })
    expect(world.bus.events.map(({ detail }) => detail.data.asset?.id)).toEqual(['a', 'd'])
    expect(world.queue.released.map(({ release }) => assetOf(release)).toSorted()).toEqual(['b', 'c'])
  })

  test('reports how long the oldest owed event has waited', async () => {
    const runs = [0, 1, 2].map((index) =>
      forAsset(endedRun({ detectedAtMs: t0 - index * minute }), `asset-${index}`),
    )
    const world = sweeper(runs)
    world.bus.refuses = () => true
    world.clock.advance(minute)
    expect(await world.sweep()).toMatchObject({ owedSeconds: 180, announced: 0 })
  })

  test('P11: writes nothing when nothing is new', async () => {
    const world = sweeper([forAsset(inFlightRun(startedEarlier), 'a')], {
      getRun: async (_domainId, runId) => answered(serviceRun({ runId, nativeStatus: 'IN_PROGRESS' })),
    })
    expect(await world.sweep()).toMatchObject({ due: 1, announced: 0, released: 0, ended: {} })
    expect(world.store.writes).toEqual([])
  })

  test('P3: sends again in the next sweep, under the same id, an ending whose event was not accepted', async () => {
    const world = sweeper([forAsset(inFlightRun(startedEarlier), 'a')], succeeded)
    const refusals: unknown[] = []
    world.bus.refuses = ({ detail }) => refusals.push(detail.metadata.id) === 1
    expect(await world.sweep()).toMatchObject({ announced: 0, ended: { SUCCEEDED: 1 } })
    world.clock.advance(minute)
    expect(await world.sweep()).toMatchObject({ announced: 1, ended: {} })
    expect(world.bus.events[0]?.detail.metadata.id).toBe(refusals[0])
    world.clock.advance(minute)
    expect(await world.sweep()).toMatchObject({ due: 0, announced: 0 })
  })

  test('P8: reports a record of a newer version, and leaves it unchanged', async () => {
    const world = sweeper([])
    const key = runKey(forAsset(inFlightRun(), 'a'))
    world.store.unreadable.push({ key, isNewer: true, problem: 'is newer' })
    expect((await world.sweep()).unreadable).toEqual([`${key.partition} ${key.record}: is newer`])
    expect(world.store.writes).toEqual([])
  })

  test('P8: reports an unreadable record among parked ones', async () => {
    const world = sweeper([forAsset(parkedRun(due), 'b')])
    const key = runKey(forAsset(parkedRun(), 'a'))
    const { waiting } = world.store
    world.store.waiting = async function* (nowMs) {
      yield { runs: [], unreadable: [{ key, isNewer: false, problem: 'is damaged' }] }
      yield* waiting(nowMs)
    }
    expect(await world.sweep()).toMatchObject({
      released: 1,
      unreadable: [`${key.partition} ${key.record}: is damaged`],
    })
  })

  test('counts the runs that it ended, for each ending', async () => {
    const world = sweeper(
      [
        forAsset(inFlightRun(startedEarlier), 'a'),
        forAsset(inFlightRun({ ...startedEarlier, runId: 'run-2' }), 'b'),
      ],
      succeeded,
    )
    expect((await world.sweep()).ended).toEqual({ SUCCEEDED: 2 })
  })

  test('reads neither breakers nor switches while nothing waits', async () => {
    const world = sweeper([forAsset(inFlightRun(startedEarlier), 'a')], succeeded)
    let reads = 0
    world.breakers.openBreakers = async () => {
      reads += 1
      return []
    }
    await world.sweep()
    expect(reads).toBe(0)
  })

  test('rejects when the table cannot be read at all', async () => {
    const world = sweeper([])
    const failing = {
      ...world,
      deadlineMs: t0 + minute,
      store: {
        ...world.store,
        due: () => ({
          [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('the table is down')) }),
        }),
      },
    }
    await expect(sweepRuns(failing)).rejects.toThrow('down')
  })
})

test('stops when it is out of time, reports it, and leaves the rest to the next sweep', async () => {
  const world = sweeper(
    [
      forAsset(endedRun({ detectedAtMs: t0 }), 'a'),
      forAsset(parkedRun(due), 'b'),
      forAsset(inFlightRun(startedEarlier), 'c'),
    ],
    succeeded,
  )
  expect(await world.sweep(t0)).toMatchObject({ announced: 0, released: 0, ended: {}, outOfTime: true })
  expect(world.store.writes).toEqual([])
  expect(await world.sweep()).toMatchObject({ announced: 2, released: 1, outOfTime: false })
})

test('stops between two batches of events, or after a batch of releases, when it is out of time', async () => {
  const ended = Array.from({ length: 25 }, (_, n) => forAsset(endedRun({ detectedAtMs: t0 }), `ended-${n}`))
  const world = sweeper(ended)
  const { put } = world.bus
  world.bus.put = (events) => {
    world.clock.advance(40 * second)
    return put(events)
  }
  expect(await world.sweep()).toMatchObject({ announced: 10, outOfTime: true })
  const slow = sweeper([forAsset(parkedRun(due), 'a')])
  const { release } = slow.queue
  slow.queue.release = (releases) => {
    slow.clock.advance(minute)
    return release(releases)
  }
  expect(await slow.sweep()).toMatchObject({ released: 1, outOfTime: true })
})

describe('P6: the time of a sweep', () => {
  const backlog = Array.from({ length: 40 }, (_, n) => forAsset(parkedRun(due), `parked-${n}`))

  const slowGets = (world: { clock: { advance(byMs: number): void } }): Partial<DataZone> => ({
    getRun: async (_domainId, runId) => {
      world.clock.advance(5 * second)
      return answered(serviceRun({ runId, nativeStatus: 'SUCCEEDED' }))
    },
  })

  test('settles and announces before it reads waiting records', async () => {
    const world = sweeper([...backlog, forAsset(inFlightRun(startedEarlier), 'a')], succeeded)
    const states: string[] = []
    const { waiting } = world.store
    world.store.waiting = (nowMs) => {
      states.push(...world.store.all().map(({ state }) => state))
      return waiting(nowMs)
    }
    expect(await world.sweep()).toMatchObject({ announced: 1, released: 40 })
    expect(states.filter((state) => state !== 'PARKED')).toEqual(['ENDED'])
  })

  test('leaves a third of its time to releases, however long settling would take', async () => {
    const runs = Array.from({ length: 200 }, (_, n) =>
      forAsset(inFlightRun({ ...startedEarlier, runId: `run-${n}` }), `a-${n}`),
    )
    const script: Partial<DataZone> = {}
    const world = sweeper([...backlog, ...runs], script, { maxSingleGets: 1000 })
    Object.assign(world.datazone, scriptedDataZone(slowGets(world)))
    const report = await world.sweep(t0 + 45 * second)
    expect(report).toMatchObject({ released: 40, outOfTime: true })
    expect(report.ended.SUCCEEDED).toBeGreaterThan(0)
    expect(report.ended.SUCCEEDED).toBeLessThan(12)
    expect(world.clock.now()).toBeLessThan(t0 + 45 * second)
  })
})
