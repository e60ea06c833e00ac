import { describe, expect, test } from 'vitest'
import { runKey } from '../../../../lib/run/identity.ts'
import type { Run } from '../../../../lib/run/run.ts'
import { assetEvent, runRequest } from '../../../support/messages.ts'
import { claimedRun, endedRun, inFlightRun, parkedRun, subject } from '../../../support/runs.ts'
import { showingAsset } from '../../../support/scripted-datazone.ts'
import { starterWorld } from '../../../support/starter-world.ts'

describe('P1: duplicates', () => {
  test('recognizes a request key before any call, even when the request names no revision', async () => {
    const world = starterWorld({ script: showingAsset('4') })
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
  ])('recognizes the subject under another request key when its run is %s', async (_name, run) => {
    const world = starterWorld({ runs: [run] })
    const other = runRequest({ requestId: 'other' })
    expect(await world.handle(other)).toEqual([{ outcome: 'duplicate', of: runKey(run) }])
    expect(world.datazone.calls).toEqual([])
    expect(world.store.all()).toEqual([
      { ...run, version: 2, alsoRequestedBy: [{ requestKey: 'request:other' }] },
    ])
  })

  test('names the newest attempt of the subject, and no other revision', async () => {
    const newest = inFlightRun({ attempt: 2 })
    const other = endedRun({ attempt: 3, subject: { ...subject, revision: '5' } })
    const world = starterWorld({ runs: [endedRun(), newest, other] })
    expect(await world.handle(runRequest({ requestId: 'other' }))).toEqual([
      { outcome: 'duplicate', of: runKey(newest) },
    ])
  })

  test('recognizes a subject and a noted request key without a call or a write', async () => {
    const world = starterWorld({ script: showingAsset('4'), runs: [inFlightRun()] })
    expect(await world.outcomes(assetEvent())).toEqual(['duplicate'])
    world.datazone.calls.length = 0
    world.store.writes.length = 0
    expect(await world.outcomes(assetEvent())).toEqual(['duplicate'])
    expect([...world.datazone.calls, ...world.store.writes]).toEqual([])
  })

  test('treats another revision, or other types, as another run', async () => {
    const world = starterWorld({ runs: [endedRun()] })
    expect(
      await world.outcomes(runRequest({ requestId: 'b', asset: { id: 'asset-1', revision: '5' } })),
    ).toEqual(['started'])
    world.store.put(endedRun({ subject: { ...subject, revision: '5' }, runId: 'run-5' }))
    expect(await world.outcomes(runRequest({ requestId: 'c', types: ['BUSINESS_NAMES'] }))).toEqual([
      'started',
    ])
  })

  test('is a duplicate and starts nothing after losing the race for the claim', async () => {
    const world = starterWorld()
    world.store.beforeWrite = () => world.store.put(inFlightRun())
    expect(await world.outcomes(runRequest({ requestId: 'late' }))).toEqual(['duplicate'])
    expect(world.datazone.calls).toEqual([])
  })

  test('tries a returned message again at once, under its own lease', async () => {
    const world = starterWorld({ runs: [parkedRun({ reason: 'THROTTLED' })] })
    expect(await world.outcomes(runRequest(), 2)).toEqual(['started'])
    expect(world.store.writes[0]).toMatch(/^claim/)
  })
})

describe('a requestId that is used for another revision', () => {
  const revision5 = runRequest({ asset: { id: 'asset-1', revision: '5' } })

  test('P2: counts as another request', async () => {
    const world = starterWorld({ runs: [endedRun()] })
    expect(await world.handle(revision5)).toMatchObject([
      { outcome: 'started', run: { attempt: 1, subject: { revision: '5' } } },
    ])
    expect(await world.outcomes(revision5, 2)).toEqual(['duplicate'])
    expect(world.datazone.starts).toHaveLength(1)
  })

  test('P1: counts as the same request when it names no revision', async () => {
    const world = starterWorld({ runs: [endedRun()], script: showingAsset('5') })
    expect(await world.outcomes(runRequest({ asset: { id: 'asset-1' } }))).toEqual(['duplicate'])
    expect(world.datazone.calls).toEqual([])
  })
})
