import { describe, expect, test } from 'vitest'
import { PortUnavailable } from '../../../../lib/errors.ts'
import { type Breaker, openBreaker } from '../../../../lib/run/breaker.ts'
import { assetEvent, runRequest } from '../../../support/messages.ts'
import { endedRun, inFlightRun, minute, parkedRun, second, subject, t0 } from '../../../support/runs.ts'
import { answered, refused, serviceRun, showing } from '../../../support/scripted-datazone.ts'
import { starterWorld } from '../../../support/starter-world.ts'

const pauses = { firstMs: minute, maxMs: 15 * minute, leaseMs: minute, quotaProbeMs: 240 * minute }
const deniedCause = { reason: 'DENIED', domainId: 'dzd_orders', projectId: 'project-1' } as const
const denied = openBreaker(deniedCause, 'Start', t0, pauses)
const full = openBreaker({ reason: 'QUOTA_EXCEEDED', types: ['BUSINESS_DESCRIPTIONS'] }, 'Start', t0, pauses)
const due = (breaker: Breaker): Breaker => ({ ...breaker, nextProbeAtMs: t0 })
const another = (id: string) => runRequest({ requestId: id, asset: { id, revision: '4' } })
const sourceRequest = {
  version: 1,
  requestId: 'nightly-1',
  kind: 'DATA_SOURCE',
  domainId: 'dzd_orders',
  projectId: 'project-1',
  dataSource: { id: 'source-1' },
  triggerKey: 'load-1',
}
const refusing = (...answer: Parameters<typeof refused>) => ({
  startRun: async () => refused(...answer),
  getAsset: async () => refused(...answer),
})
const shows = showing('4')

describe('P7: what is refused for all', () => {
  test.each(['DENIED', 'QUOTA_EXCEEDED'] as const)(
    '%s: the first to be refused spares the others',
    async (kind) => {
      const world = starterWorld({ script: refusing(kind) })
      expect(await world.outcomes(another('a'))).toEqual(['parked'])
      expect(await world.handle(another('b'))).toMatchObject([
        { outcome: 'parked', run: { reason: kind, retryAtMs: t0 + minute, error: { name: 'BreakerOpen' } } },
      ])
      expect(world.datazone.starts).toHaveLength(1)
      // Never claimed: one write.
      expect(world.store.writes.filter((write) => write.includes('PARKED'))).toHaveLength(2)
      expect(world.store.writes).toHaveLength(3)
    },
  )

  test.each([second, 5 * second])(
    'spares those that already wait for their slot, %i ms from now',
    async (slotInMs) => {
      const world = starterWorld({ slotInMs })
      const sleepUntil = world.clock.sleepUntil
      world.clock.sleepUntil = async (atMs) => {
        await sleepUntil(atMs)
        await world.breakers.trip(denied)
      }
      expect(await world.handle(another('a'))).toMatchObject([
        {
          outcome: 'parked',
          run: { reason: 'DENIED', retryAtMs: t0 + slotInMs + minute, error: { name: 'BreakerOpen' } },
        },
      ])
      expect(world.datazone.calls).toEqual([])
      expect(world.store.all()[0]).not.toHaveProperty('earlierStart')
    },
  )

  test('P1: a missing permission that is met while waiting for a slot leaves an open Start open, without a List', async () => {
    const earlierStart = { firstAtMs: t0 - 6 * minute, lastAtMs: t0 - 5 * minute }
    const run = parkedRun({ reason: 'UNAVAILABLE', createdAtMs: t0 - 7 * minute, earlierStart: earlierStart })
    const world = starterWorld({ runs: [run], slotInMs: 5 * second })
    const { sleepUntil } = world.clock
    world.clock.sleepUntil = async (atMs) => {
      await sleepUntil(atMs)
      await world.breakers.trip(denied)
    }
    expect(await world.handle(world.noteAbout(run))).toMatchObject([
      { run: { reason: 'DENIED', earlierStart } },
    ])
    expect(world.datazone.calls).toEqual([])
  })

  test('a full quota of one type is no matter for another, for GetAsset or for a data source', async () => {
    const world = starterWorld({ breakers: [full], script: shows })
    expect(await world.outcomes({ ...another('a'), types: ['BUSINESS_NAMES'] })).toEqual(['started'])
    const both = { ...another('b'), types: ['BUSINESS_NAMES', 'BUSINESS_DESCRIPTIONS'] }
    expect(await world.outcomes(both)).toEqual(['parked'])
    expect(await world.outcomes(assetEvent())).toEqual(['parked'])
    expect(world.datazone.calls).toEqual(['Start 4', 'GetAsset asset-1'])
    expect(await world.outcomes(sourceRequest)).toEqual(['started'])
  })

  test('a missing permission keeps a request from GetAsset too, a data source run, and no other project', async () => {
    const world = starterWorld({ breakers: [denied] })
    for (const message of [runRequest({ asset: { id: 'asset-1' } }), sourceRequest]) {
      expect(await world.handle(message)).toMatchObject([
        { outcome: 'parked', run: { reason: 'DENIED', error: { name: 'BreakerOpen' } } },
      ])
    }
    expect(world.datazone.calls).toEqual([])
    expect(await world.outcomes({ ...another('b'), projectId: 'project-2' })).toEqual(['started'])
  })

  test('StartDataSourceRun and GetAsset open it as well; the full day of a data source opens none', async () => {
    const script = {
      startSourceRun: async () => refused('DENIED'),
      getAsset: async () => refused('DENIED'),
    }
    for (const message of [sourceRequest, assetEvent()]) {
      const world = starterWorld({ script })
      expect(await world.outcomes(message)).toEqual(['parked'])
      expect(await world.breakers.openBreakers()).toMatchObject([{ cause: deniedCause }])
    }
    const world = starterWorld({ script: { startSourceRun: async () => refused('QUOTA_EXCEEDED') } })
    await world.handle(sourceRequest)
    expect(await world.breakers.openBreakers()).toEqual([])
  })

  test('nothing is asked for on a guess', async () => {
    const world = starterWorld()
    world.breakers.openBreakers = async () => {
      throw new PortUnavailable('table', new Error('down for a test'))
    }
    await expect(world.handle(another('a'))).rejects.toThrow(PortUnavailable)
    expect(world.datazone.calls).toEqual([])
    world.breakers.openBreakers = async () => []
    expect(await world.outcomes(another('a'), 2)).toEqual(['started'])
  })
})

describe('P7: the prober', () => {
  test.each([denied, full])('is one at a time; its success closes the breaker', async (breaker) => {
    const world = starterWorld({ breakers: [due(breaker)] })
    expect(await world.outcomes(another('a'))).toEqual(['started'])
    expect(await world.breakers.openBreakers()).toEqual([])
    const failing = starterWorld({ breakers: [due(breaker)], script: refusing(breaker.cause.reason) })
    expect(await failing.outcomes(another('a'))).toEqual(['parked'])
    expect(await failing.outcomes(another('b'))).toEqual(['parked'])
    expect(failing.datazone.starts).toHaveLength(1)
  })

  test('comes after 1, 2, 4 and 8 minutes, then every 15', async () => {
    const world = starterWorld({ script: refusing('DENIED') })
    const askedAt: number[] = []
    for (let left = 70; left > 0; left -= 1) {
      const before = world.datazone.calls.length
      await world.handle(another(`asset-${left}`))
      if (world.datazone.calls.length > before) askedAt.push((world.clock.now() - t0) / minute)
      world.clock.advance(minute)
    }
    expect(askedAt).toEqual([0, 1, 3, 7, 15, 30, 45, 60])
  })

  test('probes a full quota once every four hours', async () => {
    const world = starterWorld({ script: refusing('QUOTA_EXCEEDED') })
    const startedAtHours: number[] = []
    for (let sent = 0; sent < 24 * 6; sent += 1) {
      const before = world.datazone.starts.length
      await world.handle(another(`asset-${sent}`))
      if (world.datazone.starts.length > before) startedAtHours.push((world.clock.now() - t0) / (60 * minute))
      world.clock.advance(10 * minute)
    }
    expect(startedAtHours).toEqual([0, 4, 8, 12, 16, 20])
  })

  test('starts every request again soon after a full quota was raised', async () => {
    const world = starterWorld({ breakers: [full] })
    world.clock.advance(240 * minute)
    expect(await world.outcomes(another('a'))).toEqual(['started'])
    expect(await world.breakers.openBreakers()).toEqual([])
  })

  test('that dies leaves its turn to another', async () => {
    const world = starterWorld({
      breakers: [due(denied)],
      script: { startRun: async () => Promise.reject(new Error('died')) },
    })
    world.breakers.replace = async (_before, next) => {
      world.breakers.replace = async () => {
        throw new PortUnavailable('table', new Error('dead'))
      }
      await world.breakers.close(denied)
      await world.breakers.trip(next)
      return true
    }
    await expect(world.handle(another('a'))).rejects.toThrow('died')
    expect(await world.breakers.openBreakers()).toMatchObject([{ nextProbeAtMs: t0 + 2 * minute }])
  })

  test.each(['NOT_FOUND', 'CONFLICT', 'QUOTA_EXCEEDED'] as const)(
    'that hears %s has found out that it is allowed',
    async (kind) => {
      const world = starterWorld({
        breakers: [due(denied)],
        script: { ...refusing(kind), listRuns: async () => answered({ runs: [] }) },
      })
      await world.handle(another('a'))
      expect((await world.breakers.openBreakers()).filter(({ cause }) => cause.reason === 'DENIED')).toEqual(
        [],
      )
    },
  )

  test.each(['INVALID', 'THROTTLED', 'UNAVAILABLE'] as const)(
    'that hears %s has found out nothing, and the next one goes at once',
    async (kind) => {
      let wrong = true
      const startRun = async () => (wrong ? refused(kind) : answered(serviceRun()))
      const world = starterWorld({ breakers: [due(denied)], script: { startRun } })
      await world.handle(another('a'))
      expect(await world.breakers.openBreakers()).toMatchObject([{ probes: 0, nextProbeAtMs: t0 }])
      wrong = false
      expect(await world.outcomes(another('b'))).toEqual(['started'])
      expect(await world.breakers.openBreakers()).toEqual([])
    },
  )

  test('that comes as far as GetAsset only: enough where GetAsset was refused, and where Start was not', async () => {
    const active = inFlightRun({ subject: { ...subject, revision: '3' } })
    const asset = starterWorld({
      runs: [active],
      script: shows,
      breakers: [due({ ...denied, call: 'GetAsset' })],
    })
    expect(await asset.outcomes(assetEvent())).toEqual(['parked'])
    expect(await asset.breakers.openBreakers()).toEqual([])
    const start = starterWorld({ runs: [active], script: shows, breakers: [due(denied)] })
    expect(await start.outcomes(assetEvent())).toEqual(['parked'])
    expect(await start.breakers.openBreakers()).toMatchObject([{ nextProbeAtMs: t0, probes: 0 }])
  })

  test('that is refused no longer, but finds no asset, has found out that it is allowed', async () => {
    const world = starterWorld({
      breakers: [due({ ...denied, call: 'GetAsset' })],
      script: { getAsset: async () => refused('NOT_FOUND') },
    })
    expect(await world.outcomes(assetEvent())).toEqual(['parked'])
    expect(await world.breakers.openBreakers()).toEqual([])
  })

  test('that is wrong for good is tried ever more rarely, and others are not kept waiting by it', async () => {
    const denies = {
      ...shows,
      startRun: async ({ assetId }: { assetId: string }) =>
        assetId === 'wrong' ? refused('DENIED') : answered(serviceRun({ runId: assetId })),
    }
    const run = parkedRun({ createdAtMs: t0 - 20 * minute, subject: { ...subject, assetId: 'wrong' } })
    const world = starterWorld({ runs: [run], script: denies })
    expect(await world.handle(world.noteAbout(run))).toMatchObject([
      { outcome: 'parked', run: { retryAtMs: t0 + 10 * minute } },
    ])
    world.clock.advance(minute)
    expect(await world.outcomes(another('right'))).toEqual(['started'])
    expect(await world.breakers.openBreakers()).toEqual([])
  })

  test('that named the wrong project is given back, and not tried again', async () => {
    const world = starterWorld({ script: { ...refusing('DENIED'), ...shows } })
    expect(await world.handle({ ...another('a'), projectId: 'project-2' })).toMatchObject([
      {
        outcome: 'rejected',
        reasons: ['projectId: another project owns the asset; send the id of the project that owns it'],
      },
    ])
    expect(world.datazone.calls).toEqual(['Start 4', 'GetAsset a'])
  })

  test.each([
    ['none that is open', []],
    ['one that it probes', [due({ ...denied, cause: { ...deniedCause, projectId: 'project-2' } })]],
  ])('that named the wrong project says nothing of that project: %s', async (_, breakers) => {
    const world = starterWorld({ breakers, script: { ...refusing('DENIED'), ...shows } })
    for (const id of ['a', 'b', 'c']) {
      expect(await world.outcomes({ ...another(id), projectId: 'project-2' })).toEqual(['rejected'])
    }
    expect(await world.breakers.openBreakers()).toEqual(breakers)
  })

  test('wrong requests do not keep a right one from being started', async () => {
    const script = {
      startRun: async ({ assetId }: { assetId: string }) =>
        assetId === 'right' ? answered(serviceRun({ runId: assetId })) : refused('DENIED'),
      getAsset: async () =>
        answered({ revision: '4', owningProjectId: 'project-2', typeIdentifier: 'table', name: 'orders' }),
    }
    const world = starterWorld({ script })
    for (let count = 12; count > 0; count -= 1) await world.handle(another(`wrong-${count}`))
    expect(await world.outcomes(another('right'))).toEqual(['started'])
  })

  test('that has no time left to ask for its project waits, and says nothing of that project', async () => {
    const world = starterWorld({
      script: {
        ...shows,
        startRun: async () => {
          world.clock.advance(26 * second)
          return refused('DENIED')
        },
      },
    })
    expect(await world.handle(another('a'))).toMatchObject([{ outcome: 'parked', run: { reason: 'DENIED' } }])
    expect(world.datazone.calls).toEqual(['Start 4'])
    expect(await world.breakers.openBreakers()).toEqual([])
  })

  test('that hears nothing of its project from GetAsset either opens the breaker', async () => {
    for (const kind of ['DENIED', 'UNAVAILABLE', 'NOT_FOUND'] as const) {
      const world = starterWorld({
        script: { startRun: async () => refused('DENIED'), getAsset: async () => refused(kind) },
      })
      expect(await world.outcomes(another('a'))).toEqual(['parked'])
      expect(await world.breakers.openBreakers()).toMatchObject([{ cause: deniedCause }])
    }
  })

  test('that is stopped by another breaker does not take its turn', async () => {
    const world = starterWorld({ breakers: [due(denied), full] })
    expect(await world.handle(another('a'))).toMatchObject([{ run: { reason: 'QUOTA_EXCEEDED' } }])
    expect(await world.breakers.openBreakers()).toContainEqual(due(denied))
  })

  test('keeps the breaker of a quota open when the Start may be a replay', async () => {
    const earlierStart = { firstAtMs: t0 - 2 * minute, lastAtMs: t0 - minute }
    const run = parkedRun({ reason: 'UNAVAILABLE', createdAtMs: t0 - 3 * minute, earlierStart: earlierStart })
    const world = starterWorld({ runs: [run], breakers: [due(full)] })
    expect(await world.outcomes(world.noteAbout(run))).toEqual(['started'])
    expect(await world.breakers.openBreakers()).toMatchObject([{ cause: full.cause, nextProbeAtMs: t0 }])
    const permitted = starterWorld({ runs: [run], breakers: [due(denied)] })
    expect(await permitted.outcomes(permitted.noteAbout(run))).toEqual(['started'])
    expect(await permitted.breakers.openBreakers()).toEqual([])
  })
})

describe('what an execution environment knows', () => {
  /** The first call stays under way until it is let go. */
  const held = () => {
    const [reached, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    let calls = 0
    const wait = async () => {
      calls += 1
      if (calls > 1) return
      reached.resolve()
      await over.promise
    }
    return { reached: reached.promise, letGo: over.resolve, wait }
  }

  test('P7: spares the other requests while the breaker is still being written', async () => {
    const world = starterWorld({ script: refusing('QUOTA_EXCEEDED') })
    const { reached, letGo, wait } = held()
    const { trip } = world.breakers
    world.breakers.trip = (breaker) => wait().then(() => trip(breaker))
    const first = world.handle(another('a'))
    await reached
    expect(await world.outcomes(another('b'))).toEqual(['parked'])
    letGo()
    await first
    expect(world.datazone.starts).toHaveLength(1)
  })

  test('P7: a read that was under way meanwhile does not make it forget the refusal', async () => {
    const startRun = async ({ assetId }: { assetId: string }) =>
      assetId === 'a' ? refused('QUOTA_EXCEEDED') : answered(serviceRun({ runId: assetId }))
    const world = starterWorld({ script: { startRun } })
    const { reached, letGo, wait } = held()
    const { trip } = world.breakers
    world.breakers.trip = (breaker) => wait().then(() => trip(breaker))
    const first = world.handle(another('a'))
    await reached
    world.clock.advance(3 * second)
    expect(await world.outcomes(another('b'))).toEqual(['started'])
    letGo()
    await first
    expect(await world.outcomes(another('c'))).toEqual(['parked'])
  })

  test('while one of its messages probes, the others do not try to', async () => {
    const { reached, letGo, wait } = held()
    const startRun = () => wait().then(() => answered(serviceRun()))
    const world = starterWorld({ breakers: [due(denied)], script: { startRun } })
    let changes = 0
    const { replace: change } = world.breakers
    world.breakers.replace = (before, next) => {
      changes += 1
      return change(before, next)
    }
    const first = world.outcomes(another('a'))
    await reached
    expect(await world.outcomes(another('b'))).toEqual(['parked'])
    letGo()
    expect(await first).toEqual(['started'])
    expect(changes).toBe(1)
  })

  test('one breaker that it closes leaves the others as they are', async () => {
    const names = openBreaker({ reason: 'QUOTA_EXCEEDED', types: ['BUSINESS_NAMES'] }, 'Start', t0, pauses)
    const world = starterWorld({ breakers: [due(denied), names] })
    expect(await world.outcomes(another('a'))).toEqual(['started'])
    expect(await world.outcomes({ ...another('b'), types: ['BUSINESS_NAMES'] })).toEqual(['parked'])
    expect(await world.outcomes(another('c'))).toEqual(['started'])
  })

  test('a probe that cannot be given back lapses, and the message is none the worse', async () => {
    const failing = (error: Error) => {
      const world = starterWorld({
        breakers: [due(denied)],
        script: {
          startRun: async () => {
            world.breakers.replace = async () => {
              throw error
            }
            return refused('UNAVAILABLE')
          },
        },
      })
      return world
    }
    const world = failing(new PortUnavailable('table', new Error('down for a test')))
    expect(await world.outcomes(another('a'))).toEqual(['retry'])
    expect(await world.breakers.openBreakers()).toMatchObject([{ probes: 1, nextProbeAtMs: t0 + 2 * minute }])
    await expect(failing(new TypeError('a defect')).handle(another('a'))).rejects.toThrow('a defect')
  })
})

describe('what an open breaker does not stop', () => {
  test('P1: behind a full quota an open Start is looked for; proven absent, it is open no more', async () => {
    const earlierStart = { firstAtMs: t0 - 6 * minute, lastAtMs: t0 - 5 * minute }
    const run = parkedRun({ reason: 'UNAVAILABLE', createdAtMs: t0 - 7 * minute, earlierStart: earlierStart })
    const listing = (...runs: readonly ReturnType<typeof serviceRun>[]) =>
      starterWorld({
        runs: [run],
        breakers: [full],
        script: { listRuns: async () => answered({ runs }) },
      })
    const found = listing(serviceRun({ createdAtMs: t0 - 5 * minute }))
    expect(await found.outcomes(found.noteAbout(run))).toEqual(['started'])
    expect(found.datazone.calls).toEqual(['List asset-1'])
    const absent = listing()
    expect(await absent.handle(absent.noteAbout(run))).toMatchObject([{ run: { reason: 'QUOTA_EXCEEDED' } }])
    expect(absent.datazone.starts).toEqual([])
    expect(absent.store.all()[0]).not.toHaveProperty('earlierStart')
    // A missing permission is one to List as well.
    const forbidden = starterWorld({ runs: [run], breakers: [denied] })
    expect(await forbidden.handle(forbidden.noteAbout(run))).toMatchObject([
      { run: { reason: 'DENIED', earlierStart } },
    ])
    expect([forbidden.datazone.calls, forbidden.store.writes.length]).toEqual([[], 1])
  })

  test('P9: rejects what has waited too long for a denied project, once no Start of it can be open', async () => {
    const createdAtMs = t0 - 36 * 24 * 60 * minute
    const earlierStart = { firstAtMs: createdAtMs, lastAtMs: createdAtMs }
    for (const open of [{}, { earlierStart }]) {
      const run = parkedRun({ reason: 'DENIED', createdAtMs, ...open })
      const world = starterWorld({
        runs: [run],
        breakers: [denied],
        script: { listRuns: async () => answered({ runs: [] }) },
      })
      expect(await world.outcomes(world.noteAbout(run))).toEqual(['rejected'])
      expect(world.datazone.starts).toEqual([])
    }
  })

  test('duplicates', async () => {
    const world = starterWorld({ runs: [endedRun()], breakers: [denied, full] })
    expect(await world.outcomes(runRequest({ requestId: 'again' }))).toEqual(['duplicate'])
  })
})
