import { describe, expect, test } from 'vitest'
import type { DataZone } from '../../../../lib/ports/datazone.ts'
import { runKey } from '../../../../lib/run/identity.ts'
import type { RequestOrigin, Run } from '../../../../lib/run/run.ts'
import { assetEvent, cancelRequest, runRequest, sourceCancelRequest } from '../../../support/messages.ts'
import {
  claimedRun,
  endedRun,
  inFlightRun,
  minute,
  origin,
  parkedRun,
  plannedRun,
  rejectedRun,
  second,
  sourceSubject,
  subject,
  t0,
} from '../../../support/runs.ts'
import { answered, refused, serviceRun } from '../../../support/scripted-datazone.ts'
import { starterWorld } from '../../../support/starter-world.ts'

const taken: Partial<DataZone> = { cancelRun: async () => answered(undefined) }
const openStart = { earlierStart: { firstAtMs: t0 - 2 * minute, lastAtMs: t0 - minute } }
const { revision: _, ...unresolved } = subject
const byStop = { requestedAtMs: t0, requestId: 'stop-1' }

/** A starter that gets the request to cancel long after it was sent, so that it looks only once. */
const world = (runs: readonly Run[], script: Partial<DataZone> = {}, settings = {}) =>
  starterWorld({ runs, script, settings, sentAtMs: t0 - minute })

describe('a request to cancel', () => {
  test('P3: ends what waits, and says by whose wish', async () => {
    const waiting = parkedRun({ reason: 'QUOTA_EXCEEDED' })
    const { handle, store, bus, datazone } = world([waiting])
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
    expect(ended).toMatchObject({ cancel: byStop, announcedAtMs: t0 })
    expect(ended?.history.map(({ what }) => what)).toContain('cancel requested by stop-1: wrong columns')
  })

  test('ends a request that waits to learn its revision, and sets of types that wait behind others', async () => {
    const behind = { ...subject, types: ['BUSINESS_GLOSSARY_ASSOCIATIONS'] as const }
    const runs = [parkedRun({ subject: unresolved }), parkedRun({ subject: behind, reason: 'BEHIND' })]
    const { outcomes, store } = world(runs)
    expect(await outcomes(cancelRequest())).toEqual(['canceled', 'canceled'])
    expect(store.all()).toMatchObject([{ ending: 'CANCELED' }, { ending: 'CANCELED' }])
  })

  test.each<[string, Parameters<typeof cancelRequest>[0], Partial<RequestOrigin>]>([
    ['types', { types: ['BUSINESS_DESCRIPTIONS'] }, { policyTypes: [] }],
    ['asset.revision', { asset: { id: 'asset-1', revision: '4' } }, {}],
  ])('P2: says what it left, because %s cannot be compared yet', async (field, over, more) => {
    const waiting = parkedRun({ subject: unresolved, request: { ...origin, ...more } })
    const known = parkedRun({ request: { ...origin, requestKey: 'request:known' } })
    const { handle, store, bus, queue } = world([waiting, known])
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
  })

  test('gives what waits to be resolved the time until it looks again', async () => {
    const waiting = parkedRun({ subject: unresolved, request: { ...origin, policyTypes: [] } })
    const there = starterWorld({ runs: [waiting] })
    expect(await there.outcomes(cancelRequest({ types: ['BUSINESS_DESCRIPTIONS'] }))).toEqual(['retry'])
    expect(there.bus.events).toEqual([])
  })

  test('ends a retry that waits', async () => {
    const runs = [endedRun({ ending: 'FAILED', willRetry: true }), parkedRun({ attempt: 2, reason: 'RETRY' })]
    const { outcomes, store } = world(runs)
    expect(await outcomes(cancelRequest())).toEqual(['canceled'])
    expect(store.all()).toMatchObject([{ ending: 'FAILED' }, { attempt: 2, ending: 'CANCELED' }])
  })

  test('stands in the record before DataZone hears of it', async () => {
    const run = inFlightRun()
    const noted: unknown[] = []
    const there = world([run], {
      cancelRun: async () => {
        noted.push(there.store.current(run)?.cancel)
        return answered(undefined)
      },
    })
    expect(await there.handle(cancelRequest())).toMatchObject([{ outcome: 'cancel-requested' }])
    expect(noted).toEqual([byStop])
    expect(there.store.current(run)).toMatchObject({
      state: 'IN_FLIGHT',
      cancel: { ...byStop, sentAtMs: t0 },
    })
    expect(await there.handle(cancelRequest())).toMatchObject([{ outcome: 'cancel-requested' }])
    expect(there.datazone.calls).toEqual(['Cancel run-1'])
  })

  test.each(['CONFLICT', 'INVALID', 'NOT_FOUND', 'THROTTLED', 'DENIED', 'UNAVAILABLE'] as const)(
    'P2: stays owed when DataZone answers %s',
    async (kind) => {
      const run = inFlightRun()
      const { outcomes, store } = world([run], { cancelRun: async () => refused(kind) })
      expect(await outcomes(cancelRequest())).toEqual(['cancel-requested'])
      expect(store.current(run)?.cancel).toEqual(byStop)
    },
  )

  test('P5: that comes too late changes nothing', async () => {
    const last = endedRun({ attempt: 2, detectedAtMs: t0 + 2 * minute })
    const { handle, store } = world([endedRun(), last, plannedRun({ attempt: 3 })])
    expect(await handle(cancelRequest())).toEqual([{ outcome: 'cancel-too-late', of: runKey(last) }])
    expect(store.writes).toEqual([])
  })

  test('leaves alone what was asked for later, however late it comes', async () => {
    const later = parkedRun({ request: { ...origin, requestedAtMs: t0 + 1 } })
    const { outcomes, store } = world([later])
    expect(await outcomes(cancelRequest())).toEqual(['nothing-to-cancel'])
    expect(store.writes).toEqual([])
  })

  test('leaves alone what was asked for after it was sent, whatever time it names', async () => {
    const there = world([])
    const cancel = cancelRequest({ requestedAt: new Date(t0 + 3 * minute).toISOString() })
    expect(await there.outcomes(cancel)).toEqual(['nothing-to-cancel'])
    there.store.given(parkedRun({ request: { ...origin, requestedAtMs: t0 + minute } }))
    there.clock.advance(2 * minute)
    expect(await there.outcomes(cancel, 2)).toEqual(['nothing-to-cancel'])
  })

  test('means what was sent before it, though its sender was ahead of the time', async () => {
    const there = world([], { startRun: async () => refused('QUOTA_EXCEEDED') })
    await there.handle(runRequest({ requestedAt: new Date(t0 + 2 * minute).toISOString() }))
    expect(await there.outcomes(cancelRequest())).toEqual(['canceled'])
  })

  test('P2: of the future is given back, and changes nothing', async () => {
    const { outcomes, store, bus } = world([parkedRun()])
    expect(await outcomes(cancelRequest({ requestedAt: '2027-11-20T02:14:00Z' }))).toEqual(['rejected'])
    expect(store.writes).toEqual([])
    expect(bus.events).toMatchObject([{ detail: { metadata: { causationId: 'stop-1' } } }])
  })

  test.each([
    ['another revision', cancelRequest({ asset: { id: 'asset-1', revision: '3' } })],
    ['other types', cancelRequest({ types: ['BUSINESS_NAMES'] })],
    ['a data source', sourceCancelRequest()],
  ])('leaves alone what it does not mean: %s', async (_, request) => {
    const { outcomes } = world([parkedRun()])
    expect(await outcomes(request)).toEqual(['nothing-to-cancel'])
  })

  test('leaves alone a request that waits with the revision that it names, and one that has ended', async () => {
    const ofThree = cancelRequest({ asset: { id: 'asset-1', revision: '3' } })
    const waiting = parkedRun({ subject: unresolved, request: { ...origin, revision: '4' } })
    expect(await world([waiting]).outcomes(ofThree)).toEqual(['nothing-to-cancel'])
    const ended = rejectedRun({ subject: unresolved, request: { ...origin, policyTypes: [] } })
    const { outcomes, bus } = world([ended])
    expect(await outcomes(cancelRequest({ types: ['BUSINESS_NAMES'] }))).toEqual(['nothing-to-cancel'])
    expect(bus.events).toEqual([])
  })

  test('leaves alone a request whose types are not known yet and says so, unless the cancel names no types', async () => {
    const waiting = parkedRun({ subject: unresolved, request: { ...origin, policyTypes: [] } })
    const names = cancelRequest({ types: ['BUSINESS_NAMES'] })
    expect(await world([waiting]).handle(names)).toMatchObject([
      { outcome: 'rejected', reasons: [expect.stringMatching(/^types: /)] },
    ])
    expect(await world([waiting]).outcomes(cancelRequest())).toEqual(['canceled'])
    const resolved = parkedRun({ request: { ...origin, policyTypes: subject.types } })
    expect(await world([resolved]).outcomes(names)).toEqual(['nothing-to-cancel'])
  })

  test('of a run that came to another ending all the same comes too late, however often it comes', async () => {
    const ended = endedRun({ cancel: byStop })
    for (let times = 2; times > 0; times -= 1)
      expect(await world([ended]).outcomes(cancelRequest())).toEqual(['cancel-too-late'])
  })

  test('means what it names: this revision, and runs all of whose types are named', async () => {
    const named = cancelRequest({
      asset: { id: 'asset-1', revision: '4' },
      types: ['BUSINESS_NAMES', 'BUSINESS_DESCRIPTIONS'],
    })
    expect(await world([parkedRun()]).outcomes(named)).toEqual(['canceled'])
  })

  test('that has done its work is a duplicate when it comes again', async () => {
    const { outcomes } = world([parkedRun()])
    expect(await outcomes(cancelRequest())).toEqual(['canceled'])
    expect(await outcomes(cancelRequest())).toEqual(['duplicate'])
    expect(await outcomes(cancelRequest({ requestId: 'stop-2' }))).toEqual(['cancel-too-late'])
  })

  test('may have overtaken what it is about: it is looked at again, 30 s after it was sent', async () => {
    const early = starterWorld()
    expect(await early.handle(cancelRequest())).toEqual([
      { outcome: 'retry', afterSeconds: 30, reason: 'CHECK_AGAIN' },
    ])
    const between = starterWorld({ runs: [parkedRun()], sentAtMs: t0 - 10 * second })
    expect(await between.handle(cancelRequest())).toMatchObject([
      { outcome: 'canceled' },
      { outcome: 'retry', afterSeconds: 20 },
    ])
    expect(await world([]).outcomes(cancelRequest())).toEqual(['nothing-to-cancel'])
  })

  test('is applied to the record that another invocation wrote meanwhile', async () => {
    const run = parkedRun()
    const there = world([run], taken)
    let isFirst = true
    there.store.beforeWrite = () => {
      if (isFirst) there.store.given(inFlightRun({ version: 2 }))
      isFirst = false
    }
    expect(await there.outcomes(cancelRequest())).toEqual(['cancel-requested'])
    expect(there.datazone.calls).toEqual(['Cancel run-1'])
    expect(there.store.current(run)).toMatchObject({ state: 'IN_FLIGHT', cancel: { sentAtMs: t0 } })
  })

  test('P8: goes back while a record is there that it cannot read', async () => {
    const there = world([parkedRun()])
    const key = { partition: 'ASSET#dzd_orders#asset-1', record: 'RUN#5#X#0001' }
    there.store.unreadable.push({ key, isNewer: true, problem: 'is newer' })
    expect(await there.handle(cancelRequest())).toMatchObject([
      { outcome: 'retry', reason: 'RECORD_UNREADABLE' },
    ])
  })

  test.each([
    [{ mode: 'off' as const }, ['skipped']],
    [{ domainIds: ['dzd_other'] }, ['skipped']],
    [{ mode: 'plan' as const }, ['canceled']],
  ])('with settings %j is %j', async (settings, expected) => {
    expect(await world([parkedRun()], {}, settings).outcomes(cancelRequest())).toEqual(expected)
  })

  test('is not held up by a pause', async () => {
    const there = world([parkedRun({ reason: 'PAUSED' })])
    there.pauses.add('dzd_orders')
    expect(await there.outcomes(cancelRequest())).toEqual(['canceled'])
  })
})

describe('a run that may have been started', () => {
  test('P1: is not ended, but released soon and looked for', async () => {
    const run = parkedRun({ ...openStart, reason: 'UNAVAILABLE', retryAtMs: t0 + 15 * minute })
    const there = world([run], { listRuns: async () => answered({ runs: [] }) })
    expect(await there.outcomes(cancelRequest())).toEqual(['cancel-requested'])
    expect(there.store.current(run)).toMatchObject({ state: 'PARKED', retryAtMs: t0, cancel: byStop })
    there.pauses.add('dzd_orders')
    there.clock.advance(3 * minute)
    expect(await there.outcomes(there.noteAbout(run))).toEqual(['canceled'])
    expect(there.datazone.calls).toEqual(['List asset-1'])
    expect(there.bus.events).toMatchObject([{ detailType: 'Metadata Generation Run Canceled' }])
  })

  test('P1: is adopted when List shows it, and then cancelled at DataZone', async () => {
    const run = parkedRun({ ...openStart, cancel: byStop })
    const there = world([run], {
      ...taken,
      listRuns: async () => answered({ runs: [serviceRun({ createdAtMs: t0 })] }),
    })
    expect(await there.handle(there.noteAbout(run))).toMatchObject([{ outcome: 'started', adopted: true }])
    expect(there.datazone.calls).toEqual(['List asset-1', 'Cancel run-1'])
    expect(there.store.current(run)).toMatchObject({ state: 'IN_FLIGHT', cancel: { sentAtMs: t0 } })
  })

  test('P1: waits while List proves nothing yet, in mode plan as well', async () => {
    const run = parkedRun({ earlierStart: { firstAtMs: t0 - minute, lastAtMs: t0 }, cancel: byStop })
    const there = world([run], { listRuns: async () => answered({ runs: [] }) }, { mode: 'plan' as const })
    expect(await there.handle(there.noteAbout(run))).toMatchObject([
      { outcome: 'parked', run: { reason: 'LEASE_EXPIRED', retryAtMs: t0 + minute, cancel: byStop } },
    ])
  })

  test('is cancelled as soon as its run id is recorded, when the cancel came between', async () => {
    const there = world([], {
      ...taken,
      startRun: async () => {
        const [claim] = there.store.all()
        if (claim?.state !== 'CLAIMED') throw new Error('there should be a claim')
        const { clock, handle } = there
        clock.advance(second)
        expect(await handle(cancelRequest())).toMatchObject([
          { outcome: 'cancel-requested', run: { state: 'CLAIMED' } },
        ])
        return answered(serviceRun())
      },
    })
    const early = runRequest({ requestedAt: '2026-11-20T02:13:59Z' })
    expect(await there.outcomes(early)).toEqual(['started'])
    expect(there.datazone.calls).toEqual(['Start 4', 'Cancel run-1'])
    expect(there.store.all()).toMatchObject([
      { state: 'IN_FLIGHT', cancel: { requestId: 'stop-1', sentAtMs: t0 + second } },
    ])
  })

  test('ends at once, without a lease, when its Start was refused for certain meanwhile', async () => {
    const there = world([], {
      startRun: async () => {
        await there.handle(cancelRequest())
        return refused('QUOTA_EXCEEDED')
      },
    })
    const early = runRequest({ requestedAt: '2026-11-20T02:13:59Z' })
    expect(await there.handle(early)).toMatchObject([
      { outcome: 'parked', run: { reason: 'QUOTA_EXCEEDED', retryAtMs: t0 } },
    ])
    const [run] = there.store.all()
    if (run === undefined) throw new Error('there should be a record')
    expect(await there.outcomes(there.noteAbout(run))).toEqual(['canceled'])
    expect(there.datazone.calls).toEqual(['Start 4'])
  })
})

test('ends a canceled run without an open Start and without a lease, whatever waits before it', async () => {
  const run = parkedRun({ attempt: 2, cancel: byStop, createdAtMs: t0 - 36 * 24 * 60 * minute })
  const { outcomes, noteAbout, store } = world([inFlightRun(), run])
  expect(await outcomes(noteAbout(run))).toEqual(['canceled'])
  expect(store.writes.map((write) => write.split(' ')[1])).toEqual(['ENDED', 'ENDED'])
})

describe('after a cancel', () => {
  const canceled = endedRun({ ending: 'CANCELED', nativeStatus: 'CANCELED', cancel: byStop })

  test('the same is a duplicate, and regenerate makes the next attempt', async () => {
    const again = runRequest({ requestId: 'again' })
    expect(await world([canceled]).outcomes(again)).toEqual(['duplicate'])
    const { outcomes, store } = world([canceled])
    expect(await outcomes({ ...again, regenerate: true })).toEqual(['started'])
    expect(store.all()).toMatchObject([{ attempt: 1 }, { attempt: 2, state: 'IN_FLIGHT' }])
    expect(store.all()[1]).not.toHaveProperty('cancel')
  })

  test('another plain request is a duplicate too: it did not come to nothing', async () => {
    const { outcomes } = world([parkedRun()])
    await outcomes(cancelRequest())
    expect(await outcomes(runRequest({ requestId: 'other' }))).toEqual(['duplicate'])
  })

  test('a request that it cut short between its sets of types stays short', async () => {
    const types = ['BUSINESS_GLOSSARY_ASSOCIATIONS'] as const
    const rest = endedRun({ ending: 'CANCELED', cancel: byStop, subject: { ...subject, types } })
    const all = ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES', 'BUSINESS_GLOSSARY_ASSOCIATIONS'] as const
    expect(await world([rest]).outcomes(runRequest({ types: [...all] }))).toEqual(['duplicate'])
  })

  test('a publish of a newer revision is run', async () => {
    const script: Partial<DataZone> = {
      getAsset: async () =>
        answered({ revision: '5', owningProjectId: 'project-1', typeIdentifier: 'table', name: 'orders' }),
      startRun: async () => answered(serviceRun({ revision: '5' })),
    }
    expect(await world([canceled], script).outcomes(assetEvent())).toEqual(['started'])
  })
})

describe('of a data source', () => {
  const about = { subject: sourceSubject }

  test('ends the waiting run, and rejects the cancel of the active one', async () => {
    const active = inFlightRun({ ...about, runId: 'source-run-1' })
    const waiting = parkedRun({ subject: { ...sourceSubject, triggerKey: 'load-2' }, reason: 'BEHIND' })
    const { handle, store, bus, queue } = world([active, waiting])
    const [ended, rejected] = await handle(sourceCancelRequest())
    expect(ended).toMatchObject({ outcome: 'canceled' })
    const reason = expect.stringMatching(
      /^dataSource: run source-run-1 is active, and DataZone cannot cancel/,
    )
    expect(rejected).toMatchObject({ outcome: 'rejected', reasons: [reason] })
    expect(store.current(active)).toEqual(active)
    expect(bus.events.map(({ detailType }) => detailType)).toEqual([
      'Data Source Run Canceled',
      'Data Source Run Rejected',
    ])
    expect(bus.events[1]?.detail).toMatchObject({
      metadata: { causationId: 'stop-1' },
      data: { error: { name: 'CannotCancel', message: reason } },
    })
    expect(queue.copies).toMatchObject([{ reasons: [reason] }])
  })

  test('rejects the cancel of an active run at once', async () => {
    const there = starterWorld({ runs: [inFlightRun(about)] })
    expect(await there.outcomes(sourceCancelRequest())).toEqual(['rejected'])
    expect(there.queue.copies).toHaveLength(1)
  })

  test('only the trigger that is named is meant', async () => {
    const { outcomes } = world([parkedRun(about)])
    expect(await outcomes(sourceCancelRequest({ triggerKey: 'load-2' }))).toEqual(['nothing-to-cancel'])
    expect(await outcomes(sourceCancelRequest({ triggerKey: 'load-1' }))).toEqual(['canceled'])
  })

  test('follows a run that List shows active, and owes no cancel', async () => {
    const run = parkedRun({ ...about, ...openStart, cancel: byStop })
    const createdAtMs = t0 - 90 * second
    const there = world([run], {
      listSourceRuns: async () =>
        answered({ runs: [serviceRun({ runId: 'source-run-1', types: [], createdAtMs })] }),
    })
    expect(await there.handle(there.noteAbout(run))).toMatchObject([{ outcome: 'started', adopted: true }])
    const followed = there.store.current(run)
    expect(followed).toMatchObject({ state: 'IN_FLIGHT', runId: 'source-run-1' })
    expect(followed).not.toHaveProperty('cancel')
    expect(followed?.history.at(-1)?.what).toMatch(/cannot be canceled$/)
  })

  test('a claim is only noted', async () => {
    expect(await world([claimedRun(about)]).handle(sourceCancelRequest())).toMatchObject([
      { outcome: 'cancel-requested', run: { state: 'CLAIMED' } },
    ])
  })
})
