import { describe, expect, test } from 'vitest'
import { RunEventDetail } from '../../../../lib/contracts/run-event.ts'
import { partitionOf, runKey } from '../../../../lib/run/identity.ts'
import { answerRequest } from '../../../../lib/usecases/start/answer-request.ts'
import { assetEvent, runRequest, threeTypes } from '../../../support/messages.ts'
import { endedRun, inFlightRun, origin, parkedRun, subject, t0 } from '../../../support/runs.ts'
import { showingAsset } from '../../../support/scripted-datazone.ts'
import { startContext } from '../../../support/start-context.ts'
import { defaults, starterWorld } from '../../../support/starter-world.ts'

const partition = partitionOf(subject)
const request = runRequest({ requestId: 'nightly-2', correlationId: 'load-2' })
const skipping = {
  ...defaults.starter.policy,
  rules: [{ match: {}, verdict: { kind: 'skip', because: 'not ready' } }],
} as const

describe('an explicit request that is skipped', () => {
  test.each([
    ['in mode off', { mode: 'off' }, { reason: 'MODE_OFF' }],
    ['in mode plan', { mode: 'plan' }, { reason: 'MODE_PLAN' }],
    ['for a domain that is not selected', { domainIds: ['dzd_other'] }, { reason: 'DOMAIN_NOT_SELECTED' }],
    ['when no rule matches', { policy: { ...skipping, rules: [] } }, { reason: 'NO_RULE' }],
    [
      'when a rule skips its asset',
      { policy: skipping },
      { reason: 'POLICY', rule: 0, because: 'not ready' },
    ],
  ] as const)('P2: gets a Skipped event %s', async (_name, settings, skip) => {
    const { handle, bus } = starterWorld({ settings })
    await handle(request)
    expect(bus.events).toMatchObject([
      {
        detailType: 'Metadata Generation Run Skipped',
        detail: {
          metadata: { causationId: 'nightly-2', correlationId: 'load-2' },
          data: { status: 'SKIPPED', asset: { id: 'asset-1', revision: '4' }, skip },
        },
      },
    ])
    for (const { detail } of bus.events) expect(RunEventDetail.parse(detail)).toEqual(detail)
  })

  test('P4: gets the same event id when it is redelivered', async () => {
    const { handle, bus } = starterWorld({ settings: { policy: skipping } })
    await handle(request)
    await handle(request, 2)
    const [first, second] = bus.events.map(({ detail }) => detail.metadata.id)
    expect(bus.events).toHaveLength(2)
    expect(second).toBe(first)
  })

  test('P2: is not acknowledged before the bus has accepted its answer', async () => {
    const { outcomes, bus } = starterWorld({ settings: { policy: skipping } })
    bus.refuses = () => true
    expect(await outcomes(request)).toEqual(['skipped', 'retry'])
  })

  test('P2: stays stored, when it waits for GetAsset, until its answer is accepted', async () => {
    const policy = { ...skipping, rules: [{ ...skipping.rules[0], match: { name: '*' } }] }
    const { revision: _, ...unresolved } = subject
    const world = starterWorld({
      runs: [parkedRun({ subject: unresolved })],
      script: showingAsset('4'),
      settings: { policy },
    })
    world.bus.refuses = () => true
    const [stored] = world.store.all()
    if (stored === undefined) throw new Error('expected a waiting request')
    expect(await world.outcomes(world.releaseMessageFor(stored))).toEqual(['skipped', 'retry'])
    expect(world.store.all()).toHaveLength(1)
    world.bus.refuses = () => false
    expect(await world.outcomes(world.releaseMessageFor(stored))).toEqual(['skipped'])
    expect(world.store.all()).toEqual([])
    expect(world.bus.events).toMatchObject([{ detail: { metadata: { causationId: 'nightly-1' } } }])
  })
})

describe('a skip', () => {
  test('P2: is recorded with the asset, also for an event, which gets no answer', async () => {
    const { handle, bus, skips } = starterWorld({ settings: { policy: skipping } })
    await handle(request)
    await handle(assetEvent({ id: 'event-7' }))
    expect(skips.skipsOf(partition)).toMatchObject([
      { requestKey: 'request:nightly-2', reason: 'POLICY', rule: 0, because: 'not ready', atMs: t0 },
      { requestKey: 'event:event-7', reason: 'POLICY', atMs: t0 },
    ])
    expect(bus.events).toHaveLength(1)
  })

  test('P2: names the run that the repeat guard compared with', async () => {
    const world = starterWorld({ runs: [endedRun()], script: showingAsset('5') })
    expect(await world.outcomes(assetEvent({ id: 'event-7' }))).toEqual(['skipped'])
    expect(world.skips.skipsOf(partition)).toMatchObject([
      { reason: 'REPEAT_GUARD', repeatOf: 'RUN#4#BUSINESS_DESCRIPTIONS#0001' },
    ])
  })

  const policyVersion = 3
  test.each([
    [{ policy: skipping }, { reason: 'POLICY', rule: 0, because: 'not ready', policyVersion }],
    [{ policy: { ...skipping, rules: [] } }, { reason: 'NO_RULE', policyVersion }],
    [{ policy: { ...skipping, triggers: [] } }, { reason: 'NO_TRIGGER', policyVersion }],
    [{ mode: 'off' }, { reason: 'MODE_OFF' }],
    [{ domainIds: ['dzd_other'] }, { reason: 'DOMAIN_NOT_SELECTED' }],
  ] as const)('P2: names the version of the policy only where the policy decided: %j', async (over, skip) => {
    const { outcomes, skips } = starterWorld({ settings: { ...over, policyVersion } })
    expect(await outcomes(assetEvent({ id: 'event-7' }))).toEqual(['skipped'])
    expect(skips.skipsOf(partition)).toStrictEqual([{ requestKey: 'event:event-7', atMs: t0, ...skip }])
  })

  test('names no version of the policy when the repeat guard decided', async () => {
    const world = starterWorld({
      runs: [endedRun()],
      script: showingAsset('5'),
      settings: { policyVersion },
    })
    await world.handle(assetEvent())
    const [skip] = world.skips.skipsOf(partition)
    expect(skip).toMatchObject({ reason: 'REPEAT_GUARD' })
    expect(skip).not.toHaveProperty('policyVersion')
  })

  test('is not recorded for a request that makes a run, or that is a duplicate', async () => {
    const { outcomes, skips } = starterWorld()
    expect(await outcomes(runRequest())).toEqual(['started'])
    expect(await outcomes(request)).toEqual(['duplicate'])
    expect(skips.skipsOf(partition)).toEqual([])
  })
})

describe('an explicit request that is a duplicate', () => {
  test('P2: gets a Duplicate event for a run in flight, whose ending carries its correlation id', async () => {
    const run = inFlightRun()
    const { handle, bus, store } = starterWorld({ runs: [run] })
    await handle(request)
    expect(bus.events).toMatchObject([
      {
        detailType: 'Metadata Generation Run Duplicate',
        detail: {
          metadata: { causationId: 'nightly-2', correlationId: 'load-2' },
          data: {
            status: 'DUPLICATE',
            duplicateOf: { requestId: 'nightly-1', state: 'IN_FLIGHT', runId: 'run-1' },
          },
        },
      },
    ])
    expect(bus.events[0]?.detail.data.duplicateOf).not.toHaveProperty('ending')
    expect(store.all()).toMatchObject([
      { alsoRequestedBy: [{ requestKey: 'request:nightly-2', correlationId: 'load-2' }] },
    ])
  })

  test('P2: gets the ending of a run that has ended', async () => {
    const { handle, bus } = starterWorld({ runs: [endedRun({ announcedAtMs: t0 })] })
    await handle(request)
    expect(bus.events).toMatchObject([
      { detail: { data: { duplicateOf: { state: 'ENDED', ending: 'SUCCEEDED' } } } },
    ])
  })

  test('gets no event when it is a redelivery of the request that made the run', async () => {
    const run = inFlightRun({ request: { ...origin, requestKey: 'request:nightly-2' } })
    const { outcomes, bus } = starterWorld({ runs: [run] })
    expect(await outcomes(request, 2)).toEqual(['duplicate'])
    expect(bus.events).toEqual([])
  })

  test('P2: is retried when the bus refuses one of its two answers', async () => {
    const world = starterWorld()
    await world.handle(runRequest({ types: threeTypes }))
    world.bus.refuses = ({ detail }) => detail.data.types?.length === 1
    const again = runRequest({ requestId: 'nightly-2', types: threeTypes })
    expect(await world.outcomes(again)).toEqual(['duplicate', 'duplicate', 'retry'])
    world.bus.refuses = () => false
    expect(await world.outcomes(again, 2)).toEqual(['duplicate', 'duplicate'])
  })

  test('gets no event when the record of its run was removed meanwhile', async () => {
    const context = startContext()
    const duplicate = { outcome: 'duplicate', of: runKey(inFlightRun()) } as const
    expect(await answerRequest(parkedRun(), [duplicate], context)).toEqual([duplicate])
    expect(context.bus.events).toEqual([])
  })

  test('is retried when the record changes with every try', async () => {
    const run = inFlightRun()
    const { outcomes, store, bus } = starterWorld({ runs: [run] })
    store.save = async () => undefined
    expect(await outcomes(request)).toEqual(['duplicate', 'retry'])
    expect(bus.events).toEqual([])
  })
})

describe('a request in mode plan', () => {
  const settings = { mode: 'plan' } as const
  const planSkip = {
    detail: { metadata: { causationId: 'nightly-2' }, data: { skip: { reason: 'MODE_PLAN' } } },
  }

  test('P2: is answered on redelivery when its plan was written before the bus refused the answer', async () => {
    const world = starterWorld({ settings })
    world.bus.refuses = () => true
    expect(await world.outcomes(request)).toEqual(['planned', 'retry'])
    world.bus.refuses = () => false
    expect(await world.outcomes(request, 2)).toEqual(['planned'])
    expect(world.bus.events).toMatchObject([planSkip])
    expect(await world.outcomes(request, 3)).toEqual(['planned'])
    const ids = new Set(world.bus.events.map(({ detail }) => detail.metadata.id))
    expect([world.bus.events.length, ids.size]).toEqual([2, 1])
  })

  test('P2: is answered as a duplicate when another request has the plan', async () => {
    const world = starterWorld({ settings })
    await world.handle(runRequest({ requestId: 'nightly-1' }))
    expect(await world.outcomes(request)).toEqual(['duplicate'])
    expect(world.bus.events.at(-1)).toMatchObject({
      detail: {
        metadata: { causationId: 'nightly-2' },
        data: { duplicateOf: { requestId: 'nightly-1', state: 'PLANNED' } },
      },
    })
  })

  test('P2: is answered even when another stored request makes the same plan', async () => {
    const { revision: _, ...unresolved } = subject
    const stored = (requestKey: string) =>
      parkedRun({ subject: unresolved, request: { ...origin, requestKey } })
    const [first, second] = [stored('request:first'), stored('request:second')]
    const world = starterWorld({ runs: [first, second], script: showingAsset('4'), settings })
    await Promise.all([first, second].map((run) => world.handle(world.releaseMessageFor(run))))
    for (const run of [first, second])
      if (world.store.current(run)) await world.handle(world.releaseMessageFor(run))
    expect(world.store.all()).toMatchObject([{ state: 'PLANNED' }])
    const answered = new Set(world.bus.events.map(({ detail }) => detail.metadata.causationId))
    expect(answered).toEqual(new Set(['first', 'second']))
  })
})

describe('a stored request in mode plan', () => {
  test('P2: is answered before its plan takes its place', async () => {
    const { revision: _, ...unresolved } = subject
    const waiting = parkedRun({ subject: unresolved })
    const world = starterWorld({ runs: [waiting], script: showingAsset('4'), settings: { mode: 'plan' } })
    world.bus.refuses = () => true
    expect(await world.outcomes(world.releaseMessageFor(waiting))).toEqual(['retry'])
    expect(world.store.all()).toMatchObject([{ state: 'PARKED' }])
    world.bus.refuses = () => false
    expect(await world.outcomes(world.releaseMessageFor(waiting))).toEqual(['planned'])
    expect(world.bus.events).toMatchObject([{ detail: { data: { skip: { reason: 'MODE_PLAN' } } } }])
  })
})
