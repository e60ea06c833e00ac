import { describe, expect, test } from 'vitest'
import { PortUnavailable } from '../../../../lib/errors.ts'
import type { DataZone } from '../../../../lib/ports/datazone.ts'
import { type Breaker, openBreaker } from '../../../../lib/run/breaker.ts'
import { runKey } from '../../../../lib/run/identity.ts'
import type { Run } from '../../../../lib/run/run.ts'
import { type SweeperSettings, sweepRuns } from '../../../../lib/usecases/sweep/sweep-runs.ts'
import { manualClock } from '../../../support/manual-clock.ts'
import { memoryBreakers } from '../../../support/memory-breakers.ts'
import { memoryRunStore } from '../../../support/memory-run-store.ts'
import { recordingBus, recordingQueue } from '../../../support/recorders.ts'
import {
  claimedRun,
  endedRun,
  inFlightRun,
  minute,
  parkedRun,
  plannedRun,
  second,
  subject,
  t0,
} from '../../../support/runs.ts'
import { answered, refused, scriptedDataZone, serviceRun } from '../../../support/scripted-datazone.ts'
import { defaults } from '../../../support/starter-world.ts'

const assetOf = (about: object): unknown => Reflect.get(about, 'assetId')

const of = <R extends Run>(run: R, assetId: string, domainId = 'dzd_orders'): R => ({
  ...run,
  subject: { ...subject, assetId, domainId },
})

const sweeper = (
  runs: readonly Run[],
  script: Partial<DataZone> = {},
  settings: Partial<SweeperSettings> = {},
  held: { readonly breakers?: readonly Breaker[]; readonly paused?: string } = {},
) => {
  const clock = manualClock()
  const context = {
    clock,
    store: memoryRunStore(...runs),
    bus: recordingBus(),
    queue: recordingQueue(),
    datazone: scriptedDataZone(script),
    breakers: memoryBreakers(...(held.breakers ?? [])),
    switches: {
      pauseOf: async (_: string, projectId: string) => (held.paused === projectId ? {} : undefined),
    },
    settings: { ...defaults.sweeper, ...settings },
  }
  return {
    ...context,
    sweep: (deadlineMs = clock.now() + 47 * second) => sweepRuns({ ...context, deadlineMs }),
  }
}

const succeeded: Partial<DataZone> = {
  getRun: async (_domainId, runId) => answered(serviceRun({ runId, nativeStatus: 'SUCCEEDED' })),
}
const due = { retryAtMs: t0, createdAtMs: t0 - minute }
const old = { startedAtMs: t0 - minute }

describe('sweepRuns', () => {
  test('announces, releases, settles, and announces what it settled', async () => {
    const world = sweeper(
      [
        of(endedRun({ detectedAtMs: t0 }), 'a'),
        of(parkedRun(due), 'b'),
        of(claimedRun({ leaseEndsAtMs: t0 }), 'c'),
        of(inFlightRun(old), 'd'),
        of(plannedRun(), 'e'),
        of(endedRun({ announcedAtMs: t0 }), 'f'),
      ],
      succeeded,
    )
    expect(await world.sweep()).toEqual({
      due: 4,
      announced: 2,
      released: 2,
      held: {},
      parked: { THROTTLED: 1 },
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

  test('P11: writes nothing when nothing is new', async () => {
    const world = sweeper([of(inFlightRun(old), 'a')], {
      getRun: async (_domainId, runId) => answered(serviceRun({ runId, nativeStatus: 'IN_PROGRESS' })),
    })
    expect(await world.sweep()).toMatchObject({ due: 1, announced: 0, released: 0, ended: {} })
    expect(world.store.writes).toEqual([])
  })

  test('P3: sends an ending whose event was not accepted in the next sweep, under the same id', async () => {
    const world = sweeper([of(inFlightRun(old), 'a')], succeeded)
    const refusals: unknown[] = []
    world.bus.refuses = ({ detail }) => refusals.push(detail.metadata.id) === 1
    expect(await world.sweep()).toMatchObject({ announced: 0, ended: { SUCCEEDED: 1 } })
    world.clock.advance(minute)
    expect(await world.sweep()).toMatchObject({ announced: 1, ended: {} })
    expect(world.bus.events[0]?.detail.metadata.id).toBe(refusals[0])
    world.clock.advance(minute)
    expect(await world.sweep()).toMatchObject({ due: 0, announced: 0 })
  })

  test('P8: reports a record it must not act on, and leaves it alone', async () => {
    const world = sweeper([])
    const key = runKey(of(inFlightRun(), 'a'))
    world.store.unreadable.push({ key, isNewer: true, problem: 'is newer' })
    expect((await world.sweep()).unreadable).toEqual([`${key.partition} ${key.record}: is newer`])
    expect(world.store.writes).toEqual([])
  })

  test('P8: reports an unreadable record among parked ones', async () => {
    const world = sweeper([of(parkedRun(due), 'b')])
    const key = runKey(of(parkedRun(), 'a'))
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

  test('counts the runs it ended by ending', async () => {
    const world = sweeper(
      [of(inFlightRun(old), 'a'), of(inFlightRun({ ...old, runId: 'run-2' }), 'b')],
      succeeded,
    )
    expect((await world.sweep()).ended).toEqual({ SUCCEEDED: 2 })
  })

  test('reads neither breakers nor switches while nothing waits', async () => {
    const world = sweeper([of(inFlightRun(old), 'a')], succeeded)
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

describe('releases', () => {
  const parked = (count: number) =>
    Array.from({ length: count }, (_, n) => of(parkedRun(due), `asset-${String(n).padStart(3, '0')}`))

  test('P2: writes the record, held until the message is expected, before it sends the message', async () => {
    const world = sweeper([of(parkedRun(due), 'a')])
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
    const world = sweeper([of(parkedRun(due), 'a')])
    world.queue.down = true
    expect(await world.sweep()).toMatchObject({
      released: 0,
      problems: [expect.stringContaining('release: ')],
    })
    world.queue.down = false
    world.clock.advance(15 * minute)
    expect(await world.sweep()).toMatchObject({ released: 1 })
  })

  test('P1: releases a claim whose lease ended with its Start open', async () => {
    const world = sweeper([
      of(claimedRun({ leaseEndsAtMs: t0, startSent: { firstAtMs: t0 - minute, lastAtMs: t0 } }), 'a'),
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

  test('P9: releases first what the sweep before did not', async () => {
    const world = sweeper(parked(50), {}, { maxReleases: 30 })
    await world.sweep()
    world.clock.advance(minute)
    expect(await world.sweep()).toMatchObject({ due: 20, released: 20 })
    expect(new Set(world.queue.released.map(({ release }) => assetOf(release))).size).toBe(50)
  })

  test('releases no record that another process moved meanwhile', async () => {
    const run = of(parkedRun(due), 'a')
    const world = sweeper([run])
    world.store.beforeWrite = () => world.store.given({ ...run, version: 2 })
    expect(await world.sweep()).toMatchObject({ released: 0, problems: [] })
    expect(world.queue.released).toEqual([])
  })

  test('reports messages that the queue did not take, and counts only those it took', async () => {
    const world = sweeper(parked(3))
    world.queue.release = async (releases) => releases.map((_, index) => index > 0)
    expect(await world.sweep()).toMatchObject({
      released: 2,
      problems: ['release: the queue did not take every message'],
    })
  })

  test('releases a record once in two concurrent sweeps', async () => {
    const world = sweeper([of(parkedRun(due), 'a')])
    await Promise.all([world.sweep(), world.sweep()])
    expect(world.queue.released).toHaveLength(1)
  })
})

describe('isolation of failures', () => {
  test('P9: settles the other domains when one answers nothing', async () => {
    const world = sweeper([of(inFlightRun(old), 'a', 'dzd_a'), of(inFlightRun(old), 'b', 'dzd_b')], {
      getRun: async (domainId, runId) =>
        domainId === 'dzd_a' ? refused('DENIED') : answered(serviceRun({ runId, nativeStatus: 'SUCCEEDED' })),
    })
    expect(await world.sweep()).toMatchObject({
      announced: 1,
      ended: { SUCCEEDED: 1 },
      problems: ['settle dzd_a: AccessDeniedException'],
      denied: 1,
    })
  })

  test('P9: settles the other domains when one throws', async () => {
    const world = sweeper([of(inFlightRun(old), 'a', 'dzd_a'), of(inFlightRun(old), 'b', 'dzd_b')], {
      getRun: async (domainId, runId) => {
        if (domainId === 'dzd_a') throw new Error('a defect')
        return answered(serviceRun({ runId, nativeStatus: 'SUCCEEDED' }))
      },
    })
    expect(await world.sweep()).toMatchObject({ announced: 1, problems: ['settle dzd_a: a defect'] })
  })

  test('P9: announces all other endings when one cannot be marked', async () => {
    const ended = Array.from({ length: 25 }, (_, n) =>
      of(endedRun({ detectedAtMs: t0 }), `asset-${String(n).padStart(2, '0')}`),
    )
    const world = sweeper(ended)
    world.store.beforeWrite = (run) => {
      if (assetOf(run.subject) === 'asset-00') throw new Error('poison')
    }
    const report = await world.sweep()
    expect(world.bus.events).toHaveLength(25)
    expect(report.announced).toBe(24)
    const owed = world.store.all().filter((run) => !('announcedAtMs' in run))
    expect(owed).toMatchObject([{ subject: { assetId: 'asset-00' } }])
  })

  test('P9: releases all other records when one cannot be written, in every sweep', async () => {
    const names = Array.from({ length: 15 }, (_, n) => `asset-${String(n).padStart(2, '0')}`)
    const world = sweeper(names.map((name, n) => of(parkedRun({ retryAtMs: t0 - names.length + n }), name)))
    world.store.beforeWrite = (run) => {
      if (assetOf(run.subject) === 'asset-04') throw new Error('poison')
    }
    expect(await world.sweep()).toMatchObject({ due: 15, released: 14, problems: ['release: poison'] })
    world.clock.advance(minute)
    expect(await world.sweep()).toMatchObject({ due: 1, released: 0, problems: ['release: poison'] })
    const released = world.queue.released.map(({ release }) => assetOf(release))
    expect(released).toEqual(names.filter((name) => name !== 'asset-04'))
  })

  test('releases and settles although an announcement fails', async () => {
    const world = sweeper(
      [of(endedRun({ detectedAtMs: t0 }), 'a'), of(parkedRun(due), 'b'), of(inFlightRun(old), 'c')],
      succeeded,
    )
    world.store.beforeWrite = (run) => {
      if (assetOf(run.subject) === 'a') throw new Error('poison')
    }
    expect(await world.sweep()).toMatchObject({ released: 1, announced: 1, ended: { SUCCEEDED: 1 } })
  })
})

test('stops when it is out of time, says so, and leaves the rest to the next sweep', async () => {
  const world = sweeper(
    [of(endedRun({ detectedAtMs: t0 }), 'a'), of(parkedRun(due), 'b'), of(inFlightRun(old), 'c')],
    succeeded,
  )
  expect(await world.sweep(t0)).toMatchObject({ announced: 0, released: 0, ended: {}, outOfTime: true })
  expect(world.store.writes).toEqual([])
  expect(await world.sweep()).toMatchObject({ announced: 2, released: 1, outOfTime: false })
})

test('stops between two batches when it is out of time, of events and of releases', async () => {
  const ended = Array.from({ length: 25 }, (_, n) => of(endedRun({ detectedAtMs: t0 }), `ended-${n}`))
  const world = sweeper(ended)
  const { put } = world.bus
  world.bus.put = (events) => {
    world.clock.advance(40 * second)
    return put(events)
  }
  expect(await world.sweep()).toMatchObject({ announced: 10, outOfTime: true })
  const slow = sweeper([of(parkedRun(due), 'a')])
  const { release } = slow.queue
  slow.queue.release = (releases) => {
    slow.clock.advance(minute)
    return release(releases)
  }
  expect(await slow.sweep()).toMatchObject({ released: 1, outOfTime: true })
})

describe('P6: the time of a sweep', () => {
  const backlog = Array.from({ length: 40 }, (_, n) => of(parkedRun(due), `parked-${n}`))
  const slowGets = (world: { clock: { advance(byMs: number): void } }): Partial<DataZone> => ({
    getRun: async (_domainId, runId) => {
      world.clock.advance(5 * second)
      return answered(serviceRun({ runId, nativeStatus: 'SUCCEEDED' }))
    },
  })

  test('settles and announces before it reads waiting records', async () => {
    const world = sweeper([...backlog, of(inFlightRun(old), 'a')], succeeded)
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
      of(inFlightRun({ ...old, runId: `run-${n}` }), `a-${n}`),
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
    const claim = of(claimedRun({ leaseEndsAtMs: t0 }), 'c')
    const world = sweeper([...backlog, claim, of(inFlightRun(old), 'a')], succeeded)
    world.store.waiting = () => {
      throw new PortUnavailable('table', new Error('down for a test'))
    }
    const report = await world.sweep()
    expect(report).toMatchObject({ announced: 1, released: 1 })
    expect(report.problems).toEqual(['waiting: table is unavailable: Error'])
    expect(report).not.toHaveProperty('parked')
  })

  test('reports no count that was cut short', async () => {
    const world = sweeper([of(parkedRun({ retryAtMs: t0 + 60 * minute }), 'a')])
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

describe('P9: a step that takes long', () => {
  test('gives each domain its share of the time', async () => {
    const of100 = (domainId: string) =>
      Array.from({ length: 100 }, (_, n) =>
        of(inFlightRun({ ...old, runId: `${domainId}-${n}` }), `${domainId}-${n}`, domainId),
      )
    const world = sweeper([...of100('dzd_a'), ...of100('dzd_b')], {}, { maxSingleGets: 1000 })
    const asked = new Set<string>()
    const getRun: DataZone['getRun'] = async (domainId, runId) => {
      asked.add(domainId)
      world.clock.advance(second)
      return answered(serviceRun({ runId, nativeStatus: 'IN_PROGRESS' }))
    }
    Object.assign(world.datazone, { getRun })
    await world.sweep()
    expect([...asked].toSorted()).toEqual(['dzd_a', 'dzd_b'])
  })

  test('waits once for a bus that does not answer, and still settles and releases', async () => {
    const ended = Array.from({ length: 200 }, (_, n) => of(endedRun({ detectedAtMs: t0 }), `ended-${n}`))
    const world = sweeper([...ended, of(inFlightRun(old), 'z'), of(parkedRun(due), 'p')], succeeded)
    let calls = 0
    world.bus.put = async (events) => {
      calls += 1
      await Promise.resolve()
      world.clock.advance(5 * second)
      return events.map(() => false)
    }
    expect(await world.sweep(t0 + 60 * second)).toMatchObject({
      announced: 0,
      ended: { SUCCEEDED: 1 },
      released: 1,
      problems: expect.arrayContaining(['announce: the bus does not answer; left to the next sweep']),
    })
    expect(calls).toBeLessThanOrEqual(4)
  })
})

describe('the clock of a sweep', () => {
  test('leaves a record that comes due while the sweep reads to the next sweep, and counts it once', async () => {
    const world = sweeper([
      of(parkedRun({ reason: 'DENIED', retryAtMs: t0 + 3 * second }), 'a'),
      of(parkedRun({ reason: 'DENIED', retryAtMs: t0 }), 'b'),
    ])
    const { due: dueOf } = world.store
    world.store.due = async function* (nowMs) {
      for await (const page of dueOf(nowMs)) yield page
      world.clock.advance(5 * second)
    }
    expect(await world.sweep()).toMatchObject({ due: 1, released: 1, parked: { DENIED: 2 } })
  })

  test('counts a record that it released as parked once', async () => {
    const world = sweeper([of(parkedRun(due), 'a'), of(claimedRun({ leaseEndsAtMs: t0 }), 'c')])
    expect(await world.sweep()).toMatchObject({ released: 2, parked: { THROTTLED: 1 } })
    world.clock.advance(minute)
    expect(await world.sweep()).toMatchObject({ released: 0, parked: { THROTTLED: 1, LEASE_EXPIRED: 1 } })
  })
})

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
    of(parkedRun({ reason: 'QUOTA_EXCEEDED', retryAtMs: t0 - minute + index }), `asset-${index}`),
  )

  test('stays in the table without a write behind an open breaker, and is counted', async () => {
    const world = sweeper(waiting, {}, {}, { breakers: [full] })
    expect(await world.sweep()).toMatchObject({ released: 0, held: { QUOTA_EXCEEDED: 4 } })
    expect(world.store.writes).toEqual([])
  })

  test('stays in the table during a pause, whatever it waits for, a claim with an ended lease included', async () => {
    const claim = of(claimedRun({ leaseEndsAtMs: t0 }), 'asset-9')
    const world = sweeper([...waiting, claim], {}, {}, { paused: 'project-1' })
    expect(await world.sweep()).toMatchObject({ released: 0, held: { PAUSED: 5 }, parked: { PAUSED: 4 } })
    expect(world.store.writes).toEqual([])
    const other = of(parkedRun({ ...due, projectId: 'project-2' }), 'asset-8')
    const elsewhere = sweeper([...waiting, other], {}, {}, { paused: 'project-2' })
    expect(await elsewhere.sweep()).toMatchObject({ released: 4, held: { PAUSED: 1 } })
  })

  test("has its oldest request released when the breaker's probe is due", async () => {
    const world = sweeper(waiting, {}, {}, { breakers: [{ ...full, nextProbeAtMs: t0 }] })
    expect(await world.sweep()).toMatchObject({ released: 1, held: { QUOTA_EXCEEDED: 3 } })
    expect(world.store.writes).toHaveLength(1)
    expect(world.store.all()[0]).toMatchObject({ releasedAtMs: t0 })
  })

  test('P1: has an open Start released behind a full quota, where List can look, but not behind a denial', async () => {
    const claim = of(claimedRun({ leaseEndsAtMs: t0 }), 'asset-9')
    expect(await sweeper([claim], {}, {}, { breakers: [full] }).sweep()).toMatchObject({ released: 1 })
    expect(await sweeper([claim], {}, {}, { breakers: [denied] }).sweep()).toMatchObject({ released: 0 })
  })

  test('P9: has a request that waited too long behind a denial released to be rejected, unless it is paused', async () => {
    const old = parkedRun({ reason: 'DENIED', createdAtMs: t0 - 36 * 24 * 60 * minute, retryAtMs: t0 })
    const world = sweeper([old], {}, {}, { breakers: [denied] })
    expect(await world.sweep()).toMatchObject({ released: 1, held: {} })
    const paused = sweeper([old], {}, {}, { breakers: [denied], paused: 'project-1' })
    expect(await paused.sweep()).toMatchObject({ released: 0, held: { PAUSED: 1 } })
  })

  test('has a request with a cancel released without a probe, because nothing is started for it', async () => {
    const cancel = { requestedAtMs: t0 - minute, requestId: 'stop-1' }
    const earlierStart = { firstAtMs: t0 - 5 * minute, lastAtMs: t0 - 5 * minute }
    const unwanted = of(parkedRun({ cancel, earlierStart: earlierStart, retryAtMs: t0 - second }), 'asset-9')
    const breakers = [{ ...denied, nextProbeAtMs: t0 }, full]
    const world = sweeper([unwanted, waiting[0] ?? unwanted], {}, {}, { breakers, paused: 'project-1' })
    expect(await world.sweep()).toMatchObject({ released: 1, held: { PAUSED: 1 } })
    expect(world.queue.released.map(({ release }) => assetOf(release))).toEqual(['asset-9'])
    const other = sweeper(
      [unwanted, waiting[0] ?? unwanted],
      {},
      {},
      { breakers: [{ ...denied, nextProbeAtMs: t0 }] },
    )
    expect(await other.sweep()).toMatchObject({ released: 2 })
  })

  test('stays unreleased when the switches cannot be read, while endings are announced', async () => {
    const world = sweeper([...waiting, of(endedRun({ detectedAtMs: t0 }), 'asset-9')])
    world.switches.pauseOf = async () => {
      throw new PortUnavailable('table', new Error('down for a test'))
    }
    const report = await world.sweep()
    expect(report).toMatchObject({ released: 0, announced: 1 })
    expect(report.problems).toHaveLength(1)
  })

  test('is counted by why it waits, due or not', async () => {
    const later = of(parkedRun({ reason: 'SOURCE_DAY_FULL', retryAtMs: t0 + 60 * minute }), 'asset-8')
    const world = sweeper([...waiting, later], {}, {}, { breakers: [denied] })
    expect((await world.sweep()).parked).toEqual({ DENIED: 4, SOURCE_DAY_FULL: 1 })
    world.store.parkedAfter = () => {
      throw new PortUnavailable('table', new Error('down for a test'))
    }
    expect(await world.sweep()).not.toHaveProperty('parked')
  })
})
