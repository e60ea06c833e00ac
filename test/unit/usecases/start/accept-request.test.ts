import { describe, expect, test } from 'vitest'
import { runKey } from '../../../../lib/run/identity.ts'
import { endings, type Run } from '../../../../lib/run/run.ts'
import { assetEvent, runRequest, threeTypes } from '../../../support/messages.ts'
import {
  claimedRun,
  endedRun,
  inFlightRun,
  minute,
  parkedRun,
  plannedRun,
  rejectedRun,
  subject,
  t0,
} from '../../../support/runs.ts'
import { answered, refused, serviceRun, showing } from '../../../support/scripted-datazone.ts'
import { defaults, starterWorld } from '../../../support/starter-world.ts'

describe('a request', () => {
  test('with its revision: claimed, started, recorded, with no other call', async () => {
    const world = starterWorld()
    expect(await world.handle(runRequest())).toMatchObject([
      {
        outcome: 'started',
        adopted: false,
        run: { runId: 'run-1', state: 'IN_FLIGHT', projectId: 'project-1' },
      },
    ])
    expect(world.store.all()[0]?.history.map(({ what }) => what)).toEqual(['claimed', 'started as run-1'])
    expect(world.datazone.calls).toEqual(['Start 4'])
    expect(world.store.writes).toEqual([
      'claim RUN#4#BUSINESS_DESCRIPTIONS#0001',
      'save IN_FLIGHT RUN#4#BUSINESS_DESCRIPTIONS#0001',
    ])
    expect(world.datazone.starts).toMatchObject([
      {
        domainId: 'dzd_orders',
        projectId: 'project-1',
        assetId: 'asset-1',
        revision: '4',
        types: ['BUSINESS_DESCRIPTIONS'],
        clientToken: expect.stringMatching(/^dzrun-asset-1-1-/),
      },
    ])
  })

  test('without one: the revision that GetAsset shows', async () => {
    const world = starterWorld({ script: showing('7') })
    expect(await world.handle(assetEvent())).toMatchObject([
      { outcome: 'started', run: { subject: { revision: '7', types: ['BUSINESS_DESCRIPTIONS'] } } },
    ])
    expect(world.datazone.calls).toEqual(['GetAsset asset-1', 'Start 7'])
  })

  test('again with another key is noted on the run that it asks for, and on no other of the asset', async () => {
    const older = endedRun({ subject: { ...subject, revision: '3' }, runId: 'run-3' })
    const world = starterWorld({ runs: [older, inFlightRun()] })
    expect(await world.outcomes(runRequest({ requestId: 'b' }))).toEqual(['duplicate'])
    expect(world.store.all()).toMatchObject([
      { runId: 'run-3' },
      { alsoRequestedBy: [{ requestKey: 'request:b' }] },
    ])
    expect(world.store.current(older)).toEqual(older)
  })

  test('that names its revision and waits to be looked at is a duplicate when it comes again', async () => {
    const policy = {
      triggers: ['PUBLISHED' as const],
      caps: [],
      rules: [{ match: { name: '*' }, verdict: { kind: 'run' as const, policy: {} } }],
    }
    const script = { getAsset: async () => refused('NOT_FOUND') }
    const world = starterWorld({ script, settings: { policy } })
    expect(await world.outcomes(runRequest())).toEqual(['parked'])
    expect(world.store.all()[0]?.subject).not.toHaveProperty('revision')
    world.datazone.calls.length = 0
    expect(await world.outcomes(runRequest(), 2)).toEqual(['duplicate'])
    expect(world.datazone.calls).toEqual([])
  })

  test('was asked for no later than now, whatever the clocks of its sender and of the queue say', async () => {
    const requestedAtMs = async (of: object, sentAtMs: number) => {
      const world = starterWorld({ sentAtMs })
      await world.handle(runRequest(of))
      return world.store.all()[0]?.request.requestedAtMs
    }
    expect(await requestedAtMs({}, t0 + minute)).toBe(t0)
    expect(await requestedAtMs({}, t0 - minute)).toBe(t0 - minute)
    const ahead = { requestedAt: new Date(t0 + minute).toISOString() }
    expect(await requestedAtMs(ahead, t0 - minute)).toBe(t0 - minute)
  })

  test('P2: for an asset of another project is rejected, with an event and a copy', async () => {
    const world = starterWorld({ script: showing('7', { owningProjectId: 'project-2' }) })
    const { revision: _, ...asset } = runRequest().asset
    expect(await world.handle(runRequest({ asset }))).toMatchObject([{ outcome: 'rejected' }])
    expect(world.bus.events).toMatchObject([{ detail: { data: { error: { name: 'WrongProject' } } } }])
    expect(world.queue.copies).toMatchObject([
      { reasons: [expect.stringMatching(/^WrongProject: projectId: /)] },
    ])
    expect(world.store.all()).toMatchObject([{ state: 'ENDED', ending: 'REJECTED', announcedAtMs: t0 }])
  })

  test.each([
    ['wrong', { owningProjectId: 'project-1' }],
    ['missing', {}],
    ['malformed', { owningProjectId: 'a b' }],
  ])('takes the project that GetAsset shows when that of a DataZone event is %s', async (_, metadata) => {
    const world = starterWorld({ script: showing('7', { owningProjectId: 'project-2' }) })
    const detail = { metadata: { domain: 'dzd_orders', ...metadata }, data: { assetId: 'asset-1' } }
    expect(await world.outcomes({ ...assetEvent(), detail })).toEqual(['started'])
    expect(world.store.all()).toMatchObject([{ state: 'IN_FLIGHT', projectId: 'project-2' }])
    expect(world.bus.events).toEqual([])
  })

  test('waits for GetAsset without a project when a DataZone event names none', async () => {
    const world = starterWorld({ script: { getAsset: async () => refused('DENIED') } })
    const detail = { metadata: { domain: 'dzd_orders' }, data: { assetId: 'asset-1' } }
    expect(await world.outcomes({ ...assetEvent(), detail })).toEqual(['parked'])
    const [waiting] = world.store.all()
    expect(waiting).toMatchObject({ state: 'PARKED', reason: 'DENIED', projectId: '' })
  })

  test('ignores a DataZone event that it cannot read, without a Rejected event', async () => {
    const world = starterWorld()
    const outcomes = await world.handle({ ...assetEvent(), detail: { metadata: {}, data: {} } })
    expect(outcomes).toMatchObject([{ outcome: 'skipped', reason: 'UNREADABLE_EVENT' }])
    expect([world.bus.events, world.queue.copies, world.store.all()]).toEqual([[], [], []])
  })

  test('skips an event that the policy does not take as a trigger', async () => {
    const world = starterWorld({ script: showing('7') })
    const changed = { ...assetEvent(), 'detail-type': 'Asset Schema Changed' }
    expect(await world.handle(changed)).toEqual([{ outcome: 'skipped', reason: 'NO_TRIGGER' }])
    const policy = { ...defaults.starter.policy, triggers: ['SCHEMA_CHANGED' as const] }
    const wanting = starterWorld({ script: showing('7'), settings: { policy } })
    expect(await wanting.outcomes(changed)).toEqual(['started'])
  })

  test('P2: the copy of a rejected request can be mended and sent again', async () => {
    const world = starterWorld({ script: showing('7', { owningProjectId: 'project-2' }) })
    await world.handle(runRequest({ asset: { id: 'asset-1' }, correlationId: 'load-7' }))
    const again = starterWorld({ script: showing('7') })
    const body = world.queue.copies[0]?.body ?? ''
    expect(JSON.parse(body)).toMatchObject({ requestId: 'nightly-1', correlationId: 'load-7' })
    expect(await again.outcomes(body)).toEqual(['started'])
  })

  test('P2: too old to know whether it ran is rejected; a day less is not', async () => {
    const day = 24 * 60 * minute
    const from = (days: number) => runRequest({ requestedAt: new Date(t0 - days * day).toISOString() })
    const world = starterWorld()
    expect(await world.outcomes(from(154))).toEqual(['rejected'])
    expect(world.datazone.calls).toEqual([])
    expect(await starterWorld().outcomes(from(152))).toEqual(['started'])
    const known = starterWorld({ runs: [inFlightRun()] })
    expect(await known.outcomes(from(154))).toEqual(['duplicate'])
  })

  test('P8: for an asset with a record of a newer version goes back', async () => {
    const world = starterWorld()
    world.store.unreadable.push({ key: runKey(inFlightRun()), isNewer: true, problem: 'is newer' })
    expect(await world.handle(runRequest())).toEqual([
      { outcome: 'retry', afterSeconds: 900, reason: 'RECORD_UNREADABLE' },
    ])
    expect(world.store.writes).toEqual([])
  })
})

describe('modes', () => {
  test('off: skipped, nothing is read or written', async () => {
    const world = starterWorld({ settings: { mode: 'off' } })
    expect(await world.handle(runRequest())).toEqual([{ outcome: 'skipped', reason: 'MODE_OFF' }])
    expect([...world.datazone.calls, ...world.store.writes]).toEqual([])
  })

  test('plan: what would start is recorded, and nothing started', async () => {
    const world = starterWorld({ settings: { mode: 'plan' }, script: showing('4') })
    expect(await world.outcomes(runRequest({ asset: { id: 'asset-1' }, types: threeTypes }))).toEqual([
      'planned',
      'planned',
    ])
    expect(world.datazone.calls).toEqual(['GetAsset asset-1'])
    expect(world.store.all().map((run) => run.state)).toEqual(['PLANNED', 'PLANNED'])
    expect(await world.outcomes(runRequest({ types: threeTypes }))).toEqual(['duplicate', 'duplicate'])
  })

  test('a plan blocks nothing: in mode run the same request starts', async () => {
    const world = starterWorld({ runs: [plannedRun()] })
    expect(await world.outcomes(runRequest())).toEqual(['started'])
    expect(world.store.all()).toMatchObject([{ state: 'IN_FLIGHT', attempt: 1 }])
  })

  test('DomainIds selects domains; none selects all', async () => {
    const skipped = [{ outcome: 'skipped', reason: 'DOMAIN_NOT_SELECTED' }]
    expect(await starterWorld({ settings: { domainIds: ['dzd_b'] } }).handle(runRequest())).toEqual(skipped)
    const selected = starterWorld({ settings: { domainIds: ['dzd_b', 'dzd_orders'] } })
    expect(await selected.outcomes(runRequest())).toEqual(['started'])
  })
})

describe('P1: duplicates', () => {
  test('by request key: before any call, though it names no revision', async () => {
    const world = starterWorld({ script: showing('4') })
    await world.handle(assetEvent())
    world.datazone.calls.length = 0
    expect(await world.outcomes(assetEvent(), 2)).toEqual(['duplicate'])
    expect(world.datazone.calls).toEqual([])
  })

  test.each<[string, Run]>([
    ['claimed', claimedRun()],
    ['in flight', inFlightRun()],
    ['parked', parkedRun({ reason: 'DENIED' })],
    ['ended', endedRun()],
  ])('by subject, under another request key: %s', async (_name, run) => {
    const world = starterWorld({ runs: [run] })
    const other = runRequest({ requestId: 'other' })
    expect(await world.handle(other)).toEqual([{ outcome: 'duplicate', of: runKey(run) }])
    expect(world.datazone.calls).toEqual([])
    expect(world.store.all()).toEqual([
      { ...run, version: 2, alsoRequestedBy: [{ requestKey: 'request:other' }] },
    ])
  })

  test('by subject, once remembered: no call and no write', async () => {
    const world = starterWorld({ script: showing('4'), runs: [inFlightRun()] })
    expect(await world.outcomes(assetEvent())).toEqual(['duplicate'])
    world.datazone.calls.length = 0
    world.store.writes.length = 0
    expect(await world.outcomes(assetEvent())).toEqual(['duplicate'])
    expect([...world.datazone.calls, ...world.store.writes]).toEqual([])
  })

  test('another revision, or other types, is another run', async () => {
    const world = starterWorld({ runs: [endedRun()] })
    expect(
      await world.outcomes(runRequest({ requestId: 'b', asset: { id: 'asset-1', revision: '5' } })),
    ).toEqual(['started'])
    world.store.given(endedRun({ subject: { ...subject, revision: '5' }, runId: 'run-5' }))
    expect(await world.outcomes(runRequest({ requestId: 'c', types: ['BUSINESS_NAMES'] }))).toEqual([
      'started',
    ])
  })

  test('is a duplicate and starts nothing after losing the race for the claim', async () => {
    const world = starterWorld()
    world.store.beforeWrite = () => world.store.given(inFlightRun())
    expect(await world.outcomes(runRequest({ requestId: 'late' }))).toEqual(['duplicate'])
    expect(world.datazone.calls).toEqual([])
  })

  test('a message that comes back is tried again at once, under a lease of its own', async () => {
    const world = starterWorld({ runs: [parkedRun({ reason: 'THROTTLED' })] })
    expect(await world.outcomes(runRequest(), 2)).toEqual(['started'])
    expect(world.store.writes[0]).toMatch(/^claim/)
  })
})

describe('P2: an attempt that came to nothing makes no duplicates', () => {
  const rejected = rejectedRun({ announcedAtMs: t0 })

  test('rejected for a wrong project: the next request, with the right one, makes the next attempt', async () => {
    const world = starterWorld({
      script: {
        startRun: async ({ projectId }) =>
          projectId === 'wrong' ? refused('INVALID') : answered(serviceRun()),
      },
    })
    expect(await world.outcomes(runRequest({ requestId: 'a', projectId: 'wrong' }))).toEqual(['rejected'])
    expect(await world.handle(runRequest({ requestId: 'b' }))).toMatchObject([
      { outcome: 'started', run: { attempt: 2, projectId: 'project-1' } },
    ])
    const [first, second] = world.datazone.starts
    expect(second?.clientToken).not.toBe(first?.clientToken)
  })

  test('P1: the rejected request itself, again, does', async () => {
    const world = starterWorld({ runs: [rejected] })
    expect(await world.outcomes(runRequest(), 2)).toEqual(['duplicate'])
    expect(world.datazone.calls).toEqual([])
  })

  test('however many came to nothing; and the one that follows a run is its duplicate', async () => {
    const again = { attempt: 2, request: { ...rejected.request, requestKey: 'request:again' } }
    const world = starterWorld({ runs: [rejected, { ...rejected, ...again }] })
    expect(await world.handle(runRequest({ requestId: 'c' }))).toMatchObject([{ run: { attempt: 3 } }])
    expect(await world.outcomes(runRequest({ requestId: 'd' }))).toEqual(['duplicate'])
    const ran = starterWorld({ runs: [endedRun(), { ...rejected, ...again }] })
    expect(await ran.outcomes(runRequest({ requestId: 'c' }))).toEqual(['duplicate'])
    expect(ran.datazone.starts).toEqual([])
  })

  test.each(endings.filter((ending) => ending !== 'REJECTED'))(
    'P1: one that ended as %s ran, so it does',
    async (ending) => {
      const world = starterWorld({ runs: [endedRun({ ending })] })
      expect(await world.outcomes(runRequest({ requestId: 'b' }))).toEqual(['duplicate'])
    },
  )

  test('P1: of two such requests at once, one makes the attempt', async () => {
    const world = starterWorld({ runs: [rejected] })
    const outcomes = await Promise.all(
      ['b', 'c'].map((requestId) => world.outcomes(runRequest({ requestId }))),
    )
    expect(outcomes.flat().toSorted()).toEqual(['duplicate', 'started'])
    expect(world.datazone.starts).toHaveLength(1)
  })
})

describe('the same requestId for another revision', () => {
  const revision5 = runRequest({ asset: { id: 'asset-1', revision: '5' } })

  test('P2: is another request', async () => {
    const world = starterWorld({ runs: [endedRun()] })
    expect(await world.handle(revision5)).toMatchObject([
      { outcome: 'started', run: { attempt: 1, subject: { revision: '5' } } },
    ])
    expect(await world.outcomes(revision5, 2)).toEqual(['duplicate'])
    expect(world.datazone.starts).toHaveLength(1)
  })

  test('P1: without a revision it is the same request', async () => {
    const world = starterWorld({ runs: [endedRun()], script: showing('5') })
    expect(await world.outcomes(runRequest({ asset: { id: 'asset-1' } }))).toEqual(['duplicate'])
    expect(world.datazone.calls).toEqual([])
  })
})

test('parks a newer revision behind the active run, without a call', async () => {
  const world = starterWorld({ runs: [inFlightRun()] })
  const newer = runRequest({ requestId: 'b', asset: { id: 'asset-1', revision: '5' } })
  expect(await world.handle(newer)).toMatchObject([{ outcome: 'parked', run: { reason: 'BEHIND' } }])
  expect(world.datazone.calls).toEqual([])
})

describe('a revision that GetAsset cannot tell yet', () => {
  const event = assetEvent()

  test.each([
    ['DENIED', minute],
    ['QUOTA_EXCEEDED', 15 * minute],
    ['CONFLICT', 15 * minute],
    ['NOT_FOUND', minute],
  ] as const)('P2: %s parks the request under its key, which is then a duplicate', async (kind, afterMs) => {
    const world = starterWorld({ script: { getAsset: async () => refused(kind) } })
    expect(await world.handle(event)).toMatchObject([
      { outcome: 'parked', run: { reason: kind, retryAtMs: t0 + afterMs, version: 1 } },
    ])
    expect(world.store.writes).toEqual([expect.stringMatching(/^create PARKED REQUEST#/)])
    expect(world.store.all()[0]?.history.map(({ what }) => what)).toEqual([
      'received',
      expect.stringMatching(new RegExp(`^parked: ${kind} `)),
    ])
    expect(await world.outcomes(event, 2)).toEqual(['duplicate'])
    expect(world.datazone.calls).toEqual(['GetAsset asset-1'])
  })

  test.each(['THROTTLED', 'UNAVAILABLE'] as const)(
    '%s: back to the queue, and parked the second time',
    async (kind) => {
      const world = starterWorld({ script: { getAsset: async () => refused(kind) } })
      expect(await world.handle(event, 1)).toMatchObject([{ outcome: 'retry', afterSeconds: 5 }])
      expect(world.store.writes).toEqual([])
      expect(await world.handle(event, 2)).toMatchObject([
        { outcome: 'parked', run: { reason: kind, retryAtMs: t0 + minute + 10_000 } },
      ])
    },
  )

  test('P2: INVALID is rejected', async () => {
    const world = starterWorld({ script: { getAsset: async () => refused('INVALID') } })
    expect(await world.outcomes(event)).toEqual(['rejected'])
    expect(await world.outcomes(event, 2)).toEqual(['duplicate'])
    expect(world.bus.events).toHaveLength(1)
  })

  test('P9: a 404 that lasts five minutes is believed', async () => {
    const world = starterWorld({ script: { getAsset: async () => refused('NOT_FOUND') } })
    await world.handle(event)
    const outcomes: string[] = []
    for (let n = 1; n <= 5; n += 1) {
      world.clock.advance(minute)
      const [waiting] = world.store.all()
      if (waiting !== undefined) outcomes.push(...(await world.outcomes(world.noteAbout(waiting))))
    }
    expect(outcomes).toEqual(['parked', 'parked', 'parked', 'parked', 'rejected'])
    expect(world.store.all()).toMatchObject([
      { ending: 'REJECTED', error: { name: 'ResourceNotFoundException' } },
    ])
  })

  test('P2: once it can, the run takes the place of the request, in one write', async () => {
    let denied = true
    const world = starterWorld({
      script: {
        getAsset: async () => (denied ? refused('DENIED') : showing('4').getAsset()),
      },
    })
    await world.handle(event)
    denied = false
    world.clock.advance(minute)
    const [waiting] = world.store.all()
    if (waiting === undefined) throw new Error('the request should wait')
    expect(await world.outcomes(world.noteAbout(waiting))).toEqual(['started'])
    expect(world.store.writes.slice(1)).toEqual([
      'claim RUN#4#BUSINESS_DESCRIPTIONS#0001 instead',
      'save IN_FLIGHT RUN#4#BUSINESS_DESCRIPTIONS#0001',
    ])
    expect(world.store.all()).toHaveLength(1)
    expect(await world.outcomes(event, 3)).toEqual(['duplicate'])
  })

  test('P1: a request that waited and turns out to be a duplicate is dropped', async () => {
    const { revision: _, ...unresolved } = subject
    const waiting = parkedRun({
      subject: unresolved,
      request: { ...parkedRun().request, requestKey: 'event:x' },
    })
    const world = starterWorld({ script: showing('4'), runs: [waiting, inFlightRun()] })
    expect(await world.outcomes(world.noteAbout(waiting))).toEqual(['duplicate'])
    expect(world.store.all()).toMatchObject([{ state: 'IN_FLIGHT' }])
  })
})

describe('a read that looks stale', () => {
  const published = assetEvent({ time: '2026-11-20T02:13:50Z' })
  const before = endedRun({ detectedAtMs: t0 - minute, ending: 'FAILED' })

  test('the revision ended before the publish: looked at once more after a minute', async () => {
    let revision = '4'
    const world = starterWorld({
      runs: [before],
      script: { getAsset: () => showing(revision).getAsset() },
    })
    expect(await world.handle(published)).toMatchObject([
      { outcome: 'parked', run: { reason: 'STALE_READ', retryAtMs: t0 + minute } },
    ])
    revision = '5'
    world.clock.advance(minute)
    const waiting = world.store.all().find((run) => run.state === 'PARKED')
    if (waiting === undefined) throw new Error('the request should wait')
    expect(await world.handle(world.noteAbout(waiting))).toMatchObject([
      { outcome: 'started', run: { subject: { revision: '5' } } },
    ])
  })

  test('the second look is believed', async () => {
    const world = starterWorld({ runs: [before], script: showing('4') })
    await world.handle(published)
    const waiting = world.store.all().find((run) => run.state === 'PARKED')
    if (waiting === undefined) throw new Error('the request should wait')
    expect(await world.outcomes(world.noteAbout(waiting))).toEqual(['duplicate'])
    expect(world.store.all()).toHaveLength(1)
  })

  test('one that ended after the publish is a duplicate at once', async () => {
    const world = starterWorld({ runs: [endedRun({ detectedAtMs: t0 - 5000 })], script: showing('4') })
    expect(await world.outcomes(published)).toEqual(['duplicate'])
  })

  test('regenerate means this revision, again', async () => {
    const world = starterWorld({
      runs: [before],
      script: { ...showing('4'), startRun: async () => answered(serviceRun({ runId: 'run-2' })) },
    })
    const again = runRequest({ requestId: 'again', asset: { id: 'asset-1' }, regenerate: true })
    expect(await world.handle(again)).toMatchObject([{ outcome: 'started', run: { attempt: 2 } }])
  })
})
