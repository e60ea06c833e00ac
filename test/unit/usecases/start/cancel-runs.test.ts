import { describe, expect, test } from 'vitest'
import type { DataZone } from '../../../../lib/ports/datazone.ts'
import { runKey } from '../../../../lib/run/identity.ts'
import type { RequestOrigin } from '../../../../lib/run/run.ts'
import { acceptingCancels, cancelWorld, recordedCancel } from '../../../support/canceling.ts'
import { assetEvent, cancelRequest, runRequest, sourceCancelRequest } from '../../../support/messages.ts'
import {
  endedRun,
  inFlightRun,
  minute,
  origin,
  parkedRun,
  plannedRun,
  rejectedRun,
  second,
  subject,
  t0,
} from '../../../support/runs.ts'
import { answered, refused, serviceRun } from '../../../support/scripted-datazone.ts'
import { starterWorld } from '../../../support/starter-world.ts'

const { revision: _, ...unresolved } = subject

describe('cancelRuns', () => {
  test('P3: ends a parked run and names the cancel request', async () => {
    const waiting = parkedRun({ reason: 'QUOTA_EXCEEDED' })
    const { handle, store, bus, datazone } = cancelWorld([waiting])
    expect(await handle(cancelRequest({ reason: 'wrong columns' }))).toMatchObject([
      { outcome: 'canceled', run: { state: 'ENDED', ending: 'CANCELED' } },
    ])
    expect(datazone.calls).toEqual([])
    expect(bus.events).toMatchObject([
      {
        detailType: 'Metadata Generation Run Canceled',
        detail: {
          metadata: { causationId: 'nightly-1' },
          data: { status: 'CANCELED', canceledBy: 'stop-1' },
        },
      },
    ])
    const [ended] = store.all()
    expect(ended).toMatchObject({ cancel: recordedCancel, announcedAtMs: t0 })
    expect(ended?.history.map(({ what }) => what)).toContain('cancel requested by stop-1: wrong columns')
  })

  test('ends a request that waits for its revision, and sets of types that wait behind others', async () => {
    const behind = { ...subject, types: ['BUSINESS_GLOSSARY_ASSOCIATIONS'] as const }
    const runs = [parkedRun({ subject: unresolved }), parkedRun({ subject: behind, reason: 'BEHIND' })]
    const { outcomes, store } = cancelWorld(runs)
    expect(await outcomes(cancelRequest())).toEqual(['canceled', 'canceled'])
    expect(store.all()).toMatchObject([{ ending: 'CANCELED' }, { ending: 'CANCELED' }])
  })

  test.each<[string, Parameters<typeof cancelRequest>[0], Partial<RequestOrigin>]>([
    ['types', { types: ['BUSINESS_DESCRIPTIONS'] }, { policyTypes: [] }],
    ['asset.revision', { asset: { id: 'asset-1', revision: '4' } }, {}],
  ])(
    'P2: rejects the cancel of a request whose %s cannot be compared yet, and keeps the request',
    async (field, over, more) => {
      const waiting = parkedRun({ subject: unresolved, request: { ...origin, ...more } })
      const known = parkedRun({ request: { ...origin, requestKey: 'request:known' } })
      const { handle, store, bus, queue } = cancelWorld([waiting, known])
      const problem = expect.stringMatching(new RegExp(`^${field}: a request of the asset waits to learn`))
      expect(await handle(cancelRequest(over))).toMatchObject([
        { outcome: 'canceled' },
        { outcome: 'rejected', reasons: [problem] },
      ])
      expect(store.current(waiting)).toEqual(waiting)
      expect(queue.copies).toHaveLength(1)
      expect(bus.events.at(-1)).toMatchObject({
        detailType: 'Metadata Generation Run Rejected',
        detail: { metadata: { causationId: 'stop-1' }, data: { error: { name: 'CannotCancel' } } },
      })
    },
  )

  test('waits for a request to be resolved before it checks again', async () => {
    const waiting = parkedRun({ subject: unresolved, request: { ...origin, policyTypes: [] } })
    const world = starterWorld({ runs: [waiting] })
    expect(await world.outcomes(cancelRequest({ types: ['BUSINESS_DESCRIPTIONS'] }))).toEqual(['retry'])
    expect(world.bus.events).toEqual([])
  })

  test('ends a parked retry', async () => {
    const runs = [endedRun({ ending: 'FAILED', willRetry: true }), parkedRun({ attempt: 2, reason: 'RETRY' })]
    const { outcomes, store } = cancelWorld(runs)
    expect(await outcomes(cancelRequest())).toEqual(['canceled'])
    expect(store.all()).toMatchObject([{ ending: 'FAILED' }, { attempt: 2, ending: 'CANCELED' }])
  })

  test('records the cancel before it calls DataZone', async () => {
    const run = inFlightRun()
    const noted: unknown[] = []
    const world = cancelWorld([run], {
      cancelRun: async () => {
        noted.push(world.store.current(run)?.cancel)
        return answered(undefined)
      },
    })
    expect(await world.handle(cancelRequest())).toMatchObject([{ outcome: 'cancel-requested' }])
    expect(noted).toEqual([recordedCancel])
    expect(world.store.current(run)).toMatchObject({
      state: 'IN_FLIGHT',
      cancel: { ...recordedCancel, sentAtMs: t0 },
    })
    expect(await world.handle(cancelRequest())).toMatchObject([
      { outcome: 'cancel-requested', run: { runId: 'run-1' } },
    ])
    expect(world.datazone.calls).toEqual(['Cancel run-1'])
  })

  test.each(['CONFLICT', 'INVALID', 'NOT_FOUND', 'THROTTLED', 'DENIED', 'UNAVAILABLE'] as const)(
    'P2: keeps the cancel owed when DataZone answers %s',
    async (kind) => {
      const run = inFlightRun()
      const { outcomes, store } = cancelWorld([run], { cancelRun: async () => refused(kind) })
      expect(await outcomes(cancelRequest())).toEqual(['cancel-requested'])
      expect(store.current(run)?.cancel).toEqual(recordedCancel)
    },
  )

  test('P5: changes nothing after the ending', async () => {
    const last = endedRun({ attempt: 2, detectedAtMs: t0 + 2 * minute })
    const { handle, store } = cancelWorld([endedRun(), last, plannedRun({ attempt: 3 })])
    expect(await handle(cancelRequest())).toEqual([{ outcome: 'cancel-too-late', of: runKey(last) }])
    expect(store.writes).toEqual([])
  })

  test('spares a request that was made after the cancel, however late the cancel arrives', async () => {
    const later = parkedRun({ request: { ...origin, requestedAtMs: t0 + 1 } })
    const { outcomes, store } = cancelWorld([later])
    expect(await outcomes(cancelRequest())).toEqual(['nothing-to-cancel'])
    expect(store.writes).toEqual([])
  })

  test('spares a request that was sent after the cancel, whatever time the cancel names', async () => {
    const world = cancelWorld([])
    const cancel = cancelRequest({ requestedAt: new Date(t0 + 3 * minute).toISOString() })
    expect(await world.outcomes(cancel)).toEqual(['nothing-to-cancel'])
    world.store.put(parkedRun({ request: { ...origin, requestedAtMs: t0 + minute } }))
    world.clock.advance(2 * minute)
    expect(await world.outcomes(cancel, 2)).toEqual(['nothing-to-cancel'])
  })

  test("covers a request that was sent before the cancel, even when its sender's clock is ahead", async () => {
    const world = cancelWorld([], { startRun: async () => refused('QUOTA_EXCEEDED') })
    await world.handle(runRequest({ requestedAt: new Date(t0 + 2 * minute).toISOString() }))
    expect(await world.outcomes(cancelRequest())).toEqual(['canceled'])
  })

  test('P2: rejects a cancel dated in the future, and changes nothing', async () => {
    const { outcomes, store, bus } = cancelWorld([parkedRun()])
    expect(await outcomes(cancelRequest({ requestedAt: '2027-11-20T02:14:00Z' }))).toEqual(['rejected'])
    expect(store.writes).toEqual([])
    expect(bus.events).toMatchObject([{ detail: { metadata: { causationId: 'stop-1' } } }])
  })

  test.each([
    ['a run of another revision', cancelRequest({ asset: { id: 'asset-1', revision: '3' } })],
    ['a run of other types', cancelRequest({ types: ['BUSINESS_NAMES'] })],
    ['a run of an asset when it names a data source', sourceCancelRequest()],
  ])('spares %s', async (_, request) => {
    const { outcomes } = cancelWorld([parkedRun()])
    expect(await outcomes(request)).toEqual(['nothing-to-cancel'])
  })

  test('spares a waiting request that names another revision, and one that has ended', async () => {
    const ofThree = cancelRequest({ asset: { id: 'asset-1', revision: '3' } })
    const waiting = parkedRun({ subject: unresolved, request: { ...origin, revision: '4' } })
    expect(await cancelWorld([waiting]).outcomes(ofThree)).toEqual(['nothing-to-cancel'])
    const ended = rejectedRun({ subject: unresolved, request: { ...origin, policyTypes: [] } })
    const { outcomes, bus } = cancelWorld([ended])
    expect(await outcomes(cancelRequest({ types: ['BUSINESS_NAMES'] }))).toEqual(['nothing-to-cancel'])
    expect(bus.events).toEqual([])
  })

  test('rejects a cancel of types while those of the request are unknown, but not a cancel of all types', async () => {
    const waiting = parkedRun({ subject: unresolved, request: { ...origin, policyTypes: [] } })
    const names = cancelRequest({ types: ['BUSINESS_NAMES'] })
    expect(await cancelWorld([waiting]).handle(names)).toMatchObject([
      { outcome: 'rejected', reasons: [expect.stringMatching(/^types: /)] },
    ])
    expect(await cancelWorld([waiting]).outcomes(cancelRequest())).toEqual(['canceled'])
    const resolved = parkedRun({ request: { ...origin, policyTypes: subject.types } })
    expect(await cancelWorld([resolved]).outcomes(names)).toEqual(['nothing-to-cancel'])
  })

  test('reports a cancel as too late when its run reached another ending, however often it is delivered', async () => {
    const ended = endedRun({ cancel: recordedCancel })
    for (let times = 2; times > 0; times -= 1)
      expect(await cancelWorld([ended]).outcomes(cancelRequest())).toEqual(['cancel-too-late'])
  })

  test('covers the revision and the types it names', async () => {
    const named = cancelRequest({
      asset: { id: 'asset-1', revision: '4' },
      types: ['BUSINESS_NAMES', 'BUSINESS_DESCRIPTIONS'],
    })
    expect(await cancelWorld([parkedRun()]).outcomes(named)).toEqual(['canceled'])
  })

  test('recognizes a repeat of a cancel that has taken effect', async () => {
    const { outcomes } = cancelWorld([parkedRun()])
    expect(await outcomes(cancelRequest())).toEqual(['canceled'])
    expect(await outcomes(cancelRequest())).toEqual(['duplicate'])
    expect(await outcomes(cancelRequest({ requestId: 'stop-2' }))).toEqual(['cancel-too-late'])
  })

  test('checks again 30 s after the cancel was sent, because it may have overtaken its request', async () => {
    const early = starterWorld()
    expect(await early.handle(cancelRequest())).toEqual([
      { outcome: 'retry', afterSeconds: 30, reason: 'CHECK_AGAIN' },
    ])
    const between = starterWorld({ runs: [parkedRun()], sentAtMs: t0 - 10 * second })
    expect(await between.handle(cancelRequest())).toMatchObject([
      { outcome: 'canceled' },
      { outcome: 'retry', afterSeconds: 20 },
    ])
    const over = starterWorld({ sentAtMs: t0 - 30 * second })
    expect(await over.outcomes(cancelRequest())).toEqual(['nothing-to-cancel'])
  })

  test('applies the cancel to the record that another invocation wrote meanwhile', async () => {
    const run = parkedRun()
    const world = cancelWorld([run], acceptingCancels)
    let isFirst = true
    world.store.beforeWrite = () => {
      if (isFirst) world.store.put(inFlightRun({ version: 2 }))
      isFirst = false
    }
    expect(await world.outcomes(cancelRequest())).toEqual(['cancel-requested'])
    expect(world.datazone.calls).toEqual(['Cancel run-1'])
    expect(world.store.current(run)).toMatchObject({ state: 'IN_FLIGHT', cancel: { sentAtMs: t0 } })
  })

  test('P8: returns the cancel to the queue while the asset has an unreadable record', async () => {
    const world = cancelWorld([parkedRun()])
    const key = { partition: 'ASSET#dzd_orders#asset-1', record: 'RUN#5#X#0001' }
    world.store.unreadable.push({ key, isNewer: true, problem: 'is newer' })
    expect(await world.handle(cancelRequest())).toMatchObject([
      { outcome: 'retry', reason: 'RECORD_UNREADABLE' },
    ])
  })

  test.each([
    [{ mode: 'off' as const }, ['skipped']],
    [{ domainIds: ['dzd_other'] }, ['skipped']],
    [{ mode: 'plan' as const }, ['canceled']],
  ])('handles a cancel with settings %j as %j', async (settings, expected) => {
    expect(await cancelWorld([parkedRun()], {}, settings).outcomes(cancelRequest())).toEqual(expected)
  })

  test('cancels during a pause', async () => {
    const world = cancelWorld([parkedRun({ reason: 'PAUSED' })])
    world.pauses.add('dzd_orders')
    expect(await world.outcomes(cancelRequest())).toEqual(['canceled'])
  })
})

describe('a request after a cancel', () => {
  const canceled = endedRun({ ending: 'CANCELED', nativeStatus: 'CANCELED', cancel: recordedCancel })

  test('is a duplicate, unless it regenerates', async () => {
    const again = runRequest({ requestId: 'again' })
    expect(await cancelWorld([canceled]).outcomes(again)).toEqual(['duplicate'])
    const { outcomes, store } = cancelWorld([canceled])
    expect(await outcomes({ ...again, regenerate: true })).toEqual(['started'])
    expect(store.all()).toMatchObject([{ attempt: 1 }, { attempt: 2, state: 'IN_FLIGHT' }])
    expect(store.all()[1]).not.toHaveProperty('cancel')
  })

  test('is a duplicate of a run that was canceled before its Start', async () => {
    const { outcomes } = cancelWorld([parkedRun()])
    await outcomes(cancelRequest())
    expect(await outcomes(runRequest({ requestId: 'other' }))).toEqual(['duplicate'])
  })

  test('makes no further run when the cancel came between its sets of types', async () => {
    const types = ['BUSINESS_GLOSSARY_ASSOCIATIONS'] as const
    const rest = endedRun({ ending: 'CANCELED', cancel: recordedCancel, subject: { ...subject, types } })
    const all = ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES', 'BUSINESS_GLOSSARY_ASSOCIATIONS'] as const
    expect(await cancelWorld([rest]).outcomes(runRequest({ types: [...all] }))).toEqual(['duplicate'])
  })

  test('runs when it publishes a newer revision', async () => {
    const script: Partial<DataZone> = {
      getAsset: async () =>
        answered({ revision: '5', owningProjectId: 'project-1', typeIdentifier: 'table', name: 'orders' }),
      startRun: async () => answered(serviceRun({ revision: '5' })),
    }
    expect(await cancelWorld([canceled], script).outcomes(assetEvent())).toEqual(['started'])
  })
})
