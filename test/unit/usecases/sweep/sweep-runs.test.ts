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
  const tools = {
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
  return { ...tools, sweep: (deadlineMs = clock.now() + 47 * second) => sweepRuns({ ...tools, deadlineMs }) }
}

const succeeded: Partial<DataZone> = {
  getRun: async (_domainId, runId) => answered(serviceRun({ runId, nativeStatus: 'SUCCEEDED' })),
}
const due = { retryAtMs: t0, createdAtMs: t0 - minute }
const old = { startedAtMs: t0 - minute }

describe('one sweep', () => {
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

  test('P11: with nothing new it writes nothing', async () => {
    const world = sweeper([of(inFlightRun(old), 'a')], {
      getRun: async (_domainId, runId) => answered(serviceRun({ runId, nativeStatus: 'IN_PROGRESS' })),
    })
    expect(await world.sweep()).toMatchObject({ due: 1, announced: 0, released: 0, ended: {} })
    expect(world.store.writes).toEqual([])
  })

  test('P3: an ending whose event was not taken is sent by the next sweep, under the same id', async () => {
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

  test('P8: a record it must not act on is named, and left alone', async () => {
    const world = sweeper([])
    const key = runKey(of(inFlightRun(), 'a'))
    world.store.unreadable.push({ key, isNewer: true, problem: 'is newer' })
    expect((await world.sweep()).unreadable).toEqual([`${key.partition} ${key.record}: is newer`])
    expect(world.store.writes).toEqual([])
  })

  test('P8: also of what only waits', async () => {
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

  test('counts its endings by what they are', async () => {
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

  test('a table that cannot be read at all is an error', async () => {
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

  test('P2: the record first, held until the message is expected; then the message', async () => {
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

  test('P9: a release that was lost is made again after a quarter of an hour', async () => {
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

  test('P1: a claim whose lease ended is released with its Start open', async () => {
    const world = sweeper([
      of(claimedRun({ leaseEndsAtMs: t0, startSent: { firstAtMs: t0 - minute, lastAtMs: t0 } }), 'a'),
    ])
    await world.sweep()
    expect(world.store.all()).toMatchObject([
      { state: 'PARKED', reason: 'LEASE_EXPIRED', earlierStart: { firstAtMs: t0 - minute, lastAtMs: t0 } },
    ])
  })

  test('P7: no more than the settings allow, spread over the period', async () => {
    const world = sweeper(parked(50), {}, { maxReleases: 30 })
    expect(await world.sweep()).toMatchObject({ due: 50, released: 30 })
    const delays = world.queue.released.map(({ delaySeconds }) => delaySeconds)
    expect(delays).toEqual(Array.from({ length: 30 }, (_, n) => n * 2))
    expect(world.store.all().filter((run) => 'releasedAtMs' in run)).toHaveLength(30)
  })

  test('P9: those that were not released are the first of the next sweep', async () => {
    const world = sweeper(parked(50), {}, { maxReleases: 30 })
    await world.sweep()
    world.clock.advance(minute)
    expect(await world.sweep()).toMatchObject({ due: 20, released: 20 })
    expect(new Set(world.queue.released.map(({ release }) => assetOf(release))).size).toBe(50)
  })

  test('a record that somebody else moved meanwhile is not released', async () => {
    const run = of(parkedRun(due), 'a')
    const world = sweeper([run])
    world.store.beforeWrite = () => world.store.given({ ...run, version: 2 })
    expect(await world.sweep()).toMatchObject({ released: 0, problems: [] })
    expect(world.queue.released).toEqual([])
  })

  test('a queue that does not take every message is told of, and only what it took is counted', async () => {
    const world = sweeper(parked(3))
    world.queue.release = async (releases) => releases.map((_, index) => index > 0)
    expect(await world.sweep()).toMatchObject({
      released: 2,
      problems: ['release: the queue did not take every message'],
    })
  })

  test('two sweeps at once release it once', async () => {
    const world = sweeper([of(parkedRun(due), 'a')])
    await Promise.all([world.sweep(), world.sweep()])
    expect(world.queue.released).toHaveLength(1)
  })
})

describe('what fails does not hold up the rest', () => {
  test('P9: a domain that answers nothing', async () => {
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

  test('P9: a domain in which something throws', async () => {
    const world = sweeper([of(inFlightRun(old), 'a', 'dzd_a'), of(inFlightRun(old), 'b', 'dzd_b')], {
      getRun: async (domainId, runId) => {
        if (domainId === 'dzd_a') throw new Error('a defect')
        return answered(serviceRun({ runId, nativeStatus: 'SUCCEEDED' }))
      },
    })
    expect(await world.sweep()).toMatchObject({ announced: 1, problems: ['settle dzd_a: a defect'] })
  })

  test('P9: an ending that cannot be marked, in its own ten and in the others', async () => {
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

  test('P9: a record that cannot be released, in its own ten and in the others, sweep after sweep', async () => {
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

  test('an announcement that fails holds up neither releases nor runs', async () => {
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

test('out of time: it stops, says so, and what is left is done by the next', async () => {
  const world = sweeper(
    [of(endedRun({ detectedAtMs: t0 }), 'a'), of(parkedRun(due), 'b'), of(inFlightRun(old), 'c')],
    succeeded,
  )
  expect(await world.sweep(t0)).toMatchObject({ announced: 0, released: 0, ended: {}, outOfTime: true })
  expect(world.store.writes).toEqual([])
  expect(await world.sweep()).toMatchObject({ announced: 2, released: 1, outOfTime: false })
})

test('out of time between two tens: the rest goes on owing; so with the last ten of releases', async () => {
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

describe('P6: neither endings nor releases wait for all of the other', () => {
  const backlog = Array.from({ length: 40 }, (_, n) => of(parkedRun(due), `parked-${n}`))
  const slowGets = (world: { clock: { advance(byMs: number): void } }): Partial<DataZone> => ({
    getRun: async (_domainId, runId) => {
      world.clock.advance(5 * second)
      return answered(serviceRun({ runId, nativeStatus: 'SUCCEEDED' }))
    },
  })

  test('endings go first, before anything that waits is so much as read', async () => {
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

  test('a third of the time is left to releases, however long settling would take', async () => {
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

  test('of a backlog that takes too long to read, the oldest are released, and nothing is counted', async () => {
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

  test('what cannot be read is not released on a guess, and costs no ending', async () => {
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

  test('a count that the time cuts short is not told', async () => {
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

describe('one step does not use up a sweep', () => {
  test('P9: gives each domain its share of the time', async () => {
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

describe('the clock is read once', () => {
  test('a record that comes due while the sweep reads is counted once, and released by the next', async () => {
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

  test('what this sweep released is counted as it waited, not again', async () => {
    const world = sweeper([of(parkedRun(due), 'a'), of(claimedRun({ leaseEndsAtMs: t0 }), 'c')])
    expect(await world.sweep()).toMatchObject({ released: 2, parked: { THROTTLED: 1 } })
    world.clock.advance(minute)
    expect(await world.sweep()).toMatchObject({ released: 0, parked: { THROTTLED: 1, LEASE_EXPIRED: 1 } })
  })
})

describe('P7: what would only be parked again', () => {
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

  test('by an open breaker stays in the table without a write, and is counted', async () => {
    const world = sweeper(waiting, {}, {}, { breakers: [full] })
    expect(await world.sweep()).toMatchObject({ released: 0, held: { QUOTA_EXCEEDED: 4 } })
    expect(world.store.writes).toEqual([])
  })

  test('by a pause, too, whatever it was parked for, and a claim whose lease has ended', async () => {
    const claim = of(claimedRun({ leaseEndsAtMs: t0 }), 'asset-9')
    const world = sweeper([...waiting, claim], {}, {}, { paused: 'project-1' })
    expect(await world.sweep()).toMatchObject({ released: 0, held: { PAUSED: 5 }, parked: { PAUSED: 4 } })
    expect(world.store.writes).toEqual([])
    const other = of(parkedRun({ ...due, projectId: 'project-2' }), 'asset-8')
    const elsewhere = sweeper([...waiting, other], {}, {}, { paused: 'project-2' })
    expect(await elsewhere.sweep()).toMatchObject({ released: 4, held: { PAUSED: 1 } })
  })

  test('when the probe of a breaker is due, the one that waited longest tries', async () => {
    const world = sweeper(waiting, {}, {}, { breakers: [{ ...full, nextProbeAtMs: t0 }] })
    expect(await world.sweep()).toMatchObject({ released: 1, held: { QUOTA_EXCEEDED: 3 } })
    expect(world.store.writes).toHaveLength(1)
    expect(world.store.all()[0]).toMatchObject({ releasedAtMs: t0 })
  })

  test('P1: behind a full quota, an open Start is looked for; behind a missing permission it cannot be', async () => {
    const claim = of(claimedRun({ leaseEndsAtMs: t0 }), 'asset-9')
    expect(await sweeper([claim], {}, {}, { breakers: [full] }).sweep()).toMatchObject({ released: 1 })
    expect(await sweeper([claim], {}, {}, { breakers: [denied] }).sweep()).toMatchObject({ released: 0 })
  })

  test('P9: releases what waited too long for a denied project, to be rejected, unless it is paused', async () => {
    const old = parkedRun({ reason: 'DENIED', createdAtMs: t0 - 36 * 24 * 60 * minute, retryAtMs: t0 })
    const world = sweeper([old], {}, {}, { breakers: [denied] })
    expect(await world.sweep()).toMatchObject({ released: 1, held: {} })
    const paused = sweeper([old], {}, {}, { breakers: [denied], paused: 'project-1' })
    expect(await paused.sweep()).toMatchObject({ released: 0, held: { PAUSED: 1 } })
  })

  test('what is to be cancelled goes on, and probes nothing: nothing is started for it', async () => {
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

  test('nothing is released on a guess, and endings are announced all the same', async () => {
    const world = sweeper([...waiting, of(endedRun({ detectedAtMs: t0 }), 'asset-9')])
    world.switches.pauseOf = async () => {
      throw new PortUnavailable('table', new Error('down for a test'))
    }
    const report = await world.sweep()
    expect(report).toMatchObject({ released: 0, announced: 1 })
    expect(report.problems).toHaveLength(1)
  })

  test('all that is parked is counted by why it waits, due or not', async () => {
    const later = of(parkedRun({ reason: 'SOURCE_DAY_FULL', retryAtMs: t0 + 60 * minute }), 'asset-8')
    const world = sweeper([...waiting, later], {}, {}, { breakers: [denied] })
    expect((await world.sweep()).parked).toEqual({ DENIED: 4, SOURCE_DAY_FULL: 1 })
    world.store.parkedAfter = () => {
      throw new PortUnavailable('table', new Error('down for a test'))
    }
    expect(await world.sweep()).not.toHaveProperty('parked')
  })
})
