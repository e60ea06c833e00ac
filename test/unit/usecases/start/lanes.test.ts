import { describe, expect, test } from 'vitest'
import { openBreaker } from '../../../../lib/run/breaker.ts'
import { assetEvent, runRequest } from '../../../support/messages.ts'
import { minute, origin, parkedRun, second, sourceSubject, subject, t0 } from '../../../support/runs.ts'
import { refused, showingAsset } from '../../../support/scripted-datazone.ts'
import { defaults, starterWorld } from '../../../support/starter-world.ts'

const backfill = runRequest({ requestId: 'backfill-1', lane: 'backfill' })
const shows = showingAsset('4')

describe('a backfill request', () => {
  const source = {
    version: 1,
    requestId: 'backfill-1',
    kind: 'DATA_SOURCE',
    domainId: 'dzd_orders',
    projectId: 'project-1',
    dataSource: { id: sourceSubject.dataSourceId },
    triggerKey: 'load-1',
    lane: 'backfill',
  }
  test.each<[string, object]>([
    ['that names its revision', backfill],
    ['without a revision', runRequest({ lane: 'backfill', asset: { id: 'asset-1' } })],
    ['for a data source', source],
  ])(
    'parks a request %s, due at once, without a call, and starts it when it is released',
    async (_, request) => {
      const world = starterWorld({ script: shows })
      expect(await world.handle(request)).toMatchObject([
        { outcome: 'parked', run: { reason: 'BACKFILL', retryAtMs: t0 } },
      ])
      expect(world.datazone.calls).toEqual([])
      const [waiting] = world.store.all()
      if (waiting === undefined) throw new Error('expected a waiting request')
      expect(await world.outcomes(request, 2)).toEqual(['duplicate'])
      expect(await world.outcomes(world.releaseMessageFor(waiting))).toEqual(['started'])
    },
  )

  test('is planned without waiting', async () => {
    const world = starterWorld({ settings: { mode: 'plan' }, script: shows })
    expect(await world.outcomes(backfill)).toEqual(['planned'])
    const unresolved = { ...backfill, requestId: 'backfill-2', asset: { id: 'asset-2' } }
    expect(await world.outcomes(unresolved)).toEqual(['planned'])
  })

  test('is left to the sweep after a throttled Start, and not started when its message is redelivered', async () => {
    const world = starterWorld({ script: { startRun: async () => refused('THROTTLED') } })
    await world.handle(backfill)
    const [waiting] = world.store.all()
    if (waiting === undefined) throw new Error('expected a waiting request')
    expect(await world.outcomes(world.releaseMessageFor(waiting))).toEqual(['parked'])
    expect(await world.outcomes(backfill, 2)).toEqual(['duplicate'])
    expect(world.datazone.starts).toHaveLength(1)
  })

  test('leaves the probe of a breaker to a request that continues to Start', async () => {
    const cause = { reason: 'DENIED', domainId: 'dzd_orders', projectId: 'project-1' } as const
    const pauses = { firstMs: 0, maxMs: minute, leaseMs: minute, quotaProbeMs: minute }
    const world = starterWorld({ breakers: [openBreaker(cause, 'Start', t0, pauses)] })
    let probes = 0
    const { replace: change } = world.breakers
    world.breakers.replace = (read, next) => {
      probes += 1
      return change(read, next)
    }
    expect(await world.handle(backfill)).toMatchObject([{ run: { reason: 'BACKFILL' } }])
    expect(probes).toBe(0)
    expect(await world.outcomes(runRequest({ asset: { id: 'b', revision: '1' } }))).toEqual(['started'])
    expect(probes).toBe(1)
  })

  test('parks both of its sets of types', async () => {
    const types = ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES', 'BUSINESS_GLOSSARY_ASSOCIATIONS'] as const
    const world = starterWorld()
    expect(await world.outcomes({ ...backfill, types })).toEqual(['parked', 'parked'])
  })
})

describe('a live request for a run that a backfill has parked', () => {
  const waiting = parkedRun({
    reason: 'BACKFILL',
    retryAtMs: t0,
    request: { ...origin, requestKey: 'request:backfill-1', lane: 'backfill' },
  })

  test('is a duplicate, and moves the run to the live lane', async () => {
    const world = starterWorld({ runs: [waiting] })
    expect(await world.outcomes(runRequest())).toEqual(['duplicate'])
    expect(world.store.all()).toMatchObject([
      {
        state: 'PARKED',
        retryAtMs: t0,
        request: { lane: 'live', requestKey: 'request:backfill-1' },
        alsoRequestedBy: [{ requestKey: 'request:nightly-1' }],
      },
    ])
    expect(world.store.all()[0]?.history.at(-1)?.what).toBe('moved to live by request:nightly-1')
  })

  test('moves to the live lane a set of types that the backfill has just created', async () => {
    const types = ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES', 'BUSINESS_GLOSSARY_ASSOCIATIONS'] as const
    const world = starterWorld()
    const { create } = world.store
    world.store.create = async (run, replaces) => {
      world.store.create = create
      await create({
        ...run,
        request: { ...run.request, requestKey: 'request:backfill-1', lane: 'backfill' },
      })
      return create(run, replaces)
    }
    expect(await world.outcomes(runRequest({ types: [...types] }))).toContain('duplicate')
    const glossary = world.store.all().find(({ request }) => request.requestKey === 'request:backfill-1')
    expect(glossary?.request.lane).toBe('live')
  })

  test('is a duplicate after GetAsset, too', async () => {
    const world = starterWorld({ runs: [waiting], script: shows })
    expect(await world.outcomes(assetEvent())).toEqual(['duplicate'])
    expect(world.store.all()).toMatchObject([{ request: { lane: 'live' } }])
  })

  test('makes the run due when only the reserve held it back', async () => {
    const full = { ...waiting, reason: 'CAP_FULL' as const, retryAtMs: t0 + 60 * minute }
    const caps = [{ name: 'all', perDay: 1, perMonth: 2, reserveForLive: 1 }]
    const settings = { policy: { ...defaults.starter.policy, caps } }
    const world = starterWorld({ runs: [full], settings })
    world.clock.advance(second)
    await world.handle(runRequest())
    expect(world.store.all()).toMatchObject([{ retryAtMs: t0 + second }])
    expect(await world.outcomes(world.releaseMessageFor(full))).toEqual(['started'])
  })

  test('P2: makes its own attempt for regenerate, and moves the backfill run ahead of it to the live lane', async () => {
    const world = starterWorld({ runs: [waiting] })
    expect(await world.handle(runRequest({ regenerate: true }))).toMatchObject([
      { outcome: 'parked', run: { reason: 'BEHIND', attempt: 2 } },
    ])
    expect(world.store.all()[0]).toMatchObject({ attempt: 1, request: { lane: 'live' } })
    expect(world.store.all()[0]?.alsoRequestedBy).toBeUndefined()
  })

  test('keeps the retry time of a released run, and of a run that waits for another reason', async () => {
    const released = { ...waiting, retryAtMs: t0 + 15 * minute, releasedAtMs: t0 - second }
    const denied = { ...waiting, reason: 'DENIED' as const, retryAtMs: t0 + 9 * minute }
    for (const run of [released, denied]) {
      const world = starterWorld({ runs: [run] })
      await world.handle(runRequest())
      expect(world.store.all()).toMatchObject([{ retryAtMs: run.retryAtMs, request: { lane: 'live' } }])
    }
  })

  test('P2: reads the records again when another invocation was faster', async () => {
    const world = starterWorld({ runs: [waiting] })
    world.store.beforeWrite = () => {
      world.store.beforeWrite = () => {}
      world.store.put({ ...waiting, version: 2 })
    }
    expect(await world.outcomes(runRequest())).toEqual(['duplicate'])
    expect(world.store.all()).toMatchObject([{ request: { lane: 'live' } }])
  })

  test('changes nothing when it is another backfill', async () => {
    const world = starterWorld({ runs: [waiting] })
    await world.handle({ ...backfill, requestId: 'backfill-2' })
    expect(world.store.all()).toMatchObject([{ request: { lane: 'backfill' } }])
  })
})

test('moves every run that a backfill has parked to the live lane for a live request, and notes the request on each', async () => {
  const sets = [['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'], ['BUSINESS_GLOSSARY_ASSOCIATIONS']] as const
  const runs = sets.map((types) =>
    parkedRun({
      subject: { ...subject, types },
      reason: 'BACKFILL',
      request: { ...origin, requestKey: 'request:backfill-1', lane: 'backfill' },
    }),
  )
  const world = starterWorld({ runs })
  const live = runRequest({ requestId: 'live-1', types: sets.flat() })
  expect(await world.outcomes(live)).toEqual(['duplicate', 'duplicate'])
  const moved = { request: { lane: 'live' }, alsoRequestedBy: [{ requestKey: 'request:live-1' }] }
  expect(world.store.all()).toMatchObject([moved, moved])
})
