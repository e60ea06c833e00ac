import { describe, expect, test } from 'vitest'
import { assetEvent, runRequest } from '../../../support/messages.ts'
import { endedRun, inFlightRun, minute, parkedRun, subject, t0 } from '../../../support/runs.ts'
import { answered, refused, serviceRun, showingAsset } from '../../../support/scripted-datazone.ts'
import { starterWorld } from '../../../support/starter-world.ts'

describe('a revision that GetAsset does not show yet', () => {
  const event = assetEvent()

  test.each([
    ['DENIED', minute],
    ['QUOTA_EXCEEDED', 15 * minute],
    ['CONFLICT', 15 * minute],
    ['NOT_FOUND', minute],
  ] as const)(
    'P2: parks the request under its key when GetAsset answers %s, and recognizes its repeat',
    async (kind, afterMs) => {
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
    },
  )

  test.each(['THROTTLED', 'UNAVAILABLE'] as const)(
    'returns the request to the queue at the first %s and parks it at the second',
    async (kind) => {
      const world = starterWorld({ script: { getAsset: async () => refused(kind) } })
      expect(await world.handle(event, 1)).toMatchObject([{ outcome: 'retry', afterSeconds: 5 }])
      expect(world.store.writes).toEqual([])
      expect(await world.handle(event, 2)).toMatchObject([
        { outcome: 'parked', run: { reason: kind, retryAtMs: t0 + minute + 10_000 } },
      ])
    },
  )

  test('P2: rejects a request that GetAsset finds invalid', async () => {
    const world = starterWorld({ script: { getAsset: async () => refused('INVALID') } })
    expect(await world.outcomes(event)).toEqual(['rejected'])
    expect(await world.outcomes(event, 2)).toEqual(['duplicate'])
    expect(world.bus.events).toHaveLength(1)
  })

  test('P9: rejects the request after five minutes of 404', async () => {
    const world = starterWorld({ script: { getAsset: async () => refused('NOT_FOUND') } })
    await world.handle(event)
    const outcomes: string[] = []
    for (let n = 1; n <= 5; n += 1) {
      world.clock.advance(minute)
      const [waiting] = world.store.all()
      if (waiting !== undefined) outcomes.push(...(await world.outcomes(world.releaseMessageFor(waiting))))
    }
    expect(outcomes).toEqual(['parked', 'parked', 'parked', 'parked', 'rejected'])
    expect(world.store.all()).toMatchObject([
      { ending: 'REJECTED', error: { name: 'ResourceNotFoundException' } },
    ])
  })

  test('P2: replaces the request with its run in one write once GetAsset shows the revision', async () => {
    let denied = true
    const world = starterWorld({
      script: {
        getAsset: async () => (denied ? refused('DENIED') : showingAsset('4').getAsset()),
      },
    })
    await world.handle(event)
    denied = false
    world.clock.advance(minute)
    const [waiting] = world.store.all()
    if (waiting === undefined) throw new Error('expected a waiting request')
    expect(await world.outcomes(world.releaseMessageFor(waiting))).toEqual(['started'])
    expect(world.store.writes.slice(1)).toEqual([
      'claim RUN#4#BUSINESS_DESCRIPTIONS#0001 instead',
      'save IN_FLIGHT RUN#4#BUSINESS_DESCRIPTIONS#0001',
    ])
    expect(world.store.all()).toHaveLength(1)
    expect(await world.outcomes(event, 3)).toEqual(['duplicate'])
  })

  test('P1: drops a waiting request that turns out to be a duplicate', async () => {
    const { revision: _, ...unresolved } = subject
    const waiting = parkedRun({
      subject: unresolved,
      request: { ...parkedRun().request, requestKey: 'event:x' },
    })
    const world = starterWorld({ script: showingAsset('4'), runs: [waiting, inFlightRun()] })
    expect(await world.outcomes(world.releaseMessageFor(waiting))).toEqual(['duplicate'])
    expect(world.store.all()).toMatchObject([{ state: 'IN_FLIGHT' }])
  })
})

describe('a read that looks stale', () => {
  const published = assetEvent({ time: '2026-11-20T02:13:50Z' })
  const before = endedRun({ detectedAtMs: t0 - minute, ending: 'FAILED' })

  test('delays a publish by a minute when the revision that GetAsset shows ended before it', async () => {
    let revision = '4'
    const world = starterWorld({
      runs: [before],
      script: { getAsset: () => showingAsset(revision).getAsset() },
    })
    expect(await world.handle(published)).toMatchObject([
      { outcome: 'parked', run: { reason: 'STALE_READ', retryAtMs: t0 + minute } },
    ])
    revision = '5'
    world.clock.advance(minute)
    const waiting = world.store.all().find((run) => run.state === 'PARKED')
    if (waiting === undefined) throw new Error('expected a waiting request')
    expect(await world.handle(world.releaseMessageFor(waiting))).toMatchObject([
      { outcome: 'started', run: { subject: { revision: '5' } } },
    ])
  })

  test('accepts the second read', async () => {
    const world = starterWorld({ runs: [before], script: showingAsset('4') })
    await world.handle(published)
    const waiting = world.store.all().find((run) => run.state === 'PARKED')
    if (waiting === undefined) throw new Error('expected a waiting request')
    expect(await world.outcomes(world.releaseMessageFor(waiting))).toEqual(['duplicate'])
    expect(world.store.all()).toHaveLength(1)
  })

  test('makes the publish a duplicate at once when the revision ended after it', async () => {
    const world = starterWorld({ runs: [endedRun({ detectedAtMs: t0 - 5000 })], script: showingAsset('4') })
    expect(await world.outcomes(published)).toEqual(['duplicate'])
  })

  test('starts the revision again for regenerate', async () => {
    const world = starterWorld({
      runs: [before],
      script: { ...showingAsset('4'), startRun: async () => answered(serviceRun({ runId: 'run-2' })) },
    })
    const again = runRequest({ requestId: 'again', asset: { id: 'asset-1' }, regenerate: true })
    expect(await world.handle(again)).toMatchObject([{ outcome: 'started', run: { attempt: 2 } }])
  })
})
