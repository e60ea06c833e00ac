import { describe, expect, test } from 'vitest'
import {
  acceptingCancels,
  cancelWorld,
  recordedCancel,
  withEarlierStart,
} from '../../../support/canceling.ts'
import { cancelRequest, runRequest } from '../../../support/messages.ts'
import { inFlightRun, minute, parkedRun, second, t0 } from '../../../support/runs.ts'
import { answered, refused, serviceRun } from '../../../support/scripted-datazone.ts'

describe('a run with a cancel that may have been started', () => {
  test('P1: is released at once and looked up, not ended', async () => {
    const run = parkedRun({ ...withEarlierStart, reason: 'UNAVAILABLE', retryAtMs: t0 + 15 * minute })
    const world = cancelWorld([run], { listRuns: async () => answered({ runs: [] }) })
    expect(await world.outcomes(cancelRequest())).toEqual(['cancel-requested'])
    expect(world.store.current(run)).toMatchObject({ state: 'PARKED', retryAtMs: t0, cancel: recordedCancel })
    world.pauses.add('dzd_orders')
    world.clock.advance(3 * minute)
    expect(await world.outcomes(world.releaseMessageFor(run))).toEqual(['canceled'])
    expect(world.datazone.calls).toEqual(['List asset-1'])
    expect(world.bus.events).toMatchObject([{ detailType: 'Metadata Generation Run Canceled' }])
  })

  test('P1: is adopted when List shows it, then canceled at DataZone', async () => {
    const run = parkedRun({ ...withEarlierStart, cancel: recordedCancel })
    const world = cancelWorld([run], {
      ...acceptingCancels,
      listRuns: async () => answered({ runs: [serviceRun({ createdAtMs: t0 })] }),
    })
    expect(await world.handle(world.releaseMessageFor(run))).toMatchObject([
      { outcome: 'started', adopted: true },
    ])
    expect(world.datazone.calls).toEqual(['List asset-1', 'Cancel run-1'])
    expect(world.store.current(run)).toMatchObject({ state: 'IN_FLIGHT', cancel: { sentAtMs: t0 } })
  })

  test('P1: waits until List can prove that it has no run, in mode plan as well', async () => {
    const run = parkedRun({ earlierStart: { firstAtMs: t0 - minute, lastAtMs: t0 }, cancel: recordedCancel })
    const world = cancelWorld(
      [run],
      { listRuns: async () => answered({ runs: [] }) },
      { mode: 'plan' as const },
    )
    expect(await world.handle(world.releaseMessageFor(run))).toMatchObject([
      { outcome: 'parked', run: { reason: 'LEASE_EXPIRED', retryAtMs: t0 + minute, cancel: recordedCancel } },
    ])
  })

  test('is canceled as soon as its run id is recorded, when the cancel arrived during the Start', async () => {
    const world = cancelWorld([], {
      ...acceptingCancels,
      startRun: async () => {
        const [claim] = world.store.all()
        if (claim?.state !== 'CLAIMED') throw new Error('expected a claim')
        const { clock, handle } = world
        clock.advance(second)
        expect(await handle(cancelRequest())).toMatchObject([
          { outcome: 'cancel-requested', run: { state: 'CLAIMED' } },
        ])
        return answered(serviceRun())
      },
    })
    const early = runRequest({ requestedAt: '2026-11-20T02:13:59Z' })
    expect(await world.outcomes(early)).toEqual(['started'])
    expect(world.datazone.calls).toEqual(['Start 4', 'Cancel run-1'])
    expect(world.store.all()).toMatchObject([
      { state: 'IN_FLIGHT', cancel: { requestId: 'stop-1', sentAtMs: t0 + second } },
    ])
  })

  test('ends at once, without a lease, when DataZone definitely refused its Start meanwhile', async () => {
    const world = cancelWorld([], {
      startRun: async () => {
        await world.handle(cancelRequest())
        return refused('QUOTA_EXCEEDED')
      },
    })
    const early = runRequest({ requestedAt: '2026-11-20T02:13:59Z' })
    expect(await world.handle(early)).toMatchObject([
      { outcome: 'parked', run: { reason: 'QUOTA_EXCEEDED', retryAtMs: t0 } },
    ])
    const [run] = world.store.all()
    if (run === undefined) throw new Error('expected a record')
    expect(await world.outcomes(world.releaseMessageFor(run))).toEqual(['canceled'])
    expect(world.datazone.calls).toEqual(['Start 4'])
  })
})

test('ends a canceled run without an earlier Start, without a lease, whatever run is ahead of it', async () => {
  const run = parkedRun({ attempt: 2, cancel: recordedCancel, createdAtMs: t0 - 36 * 24 * 60 * minute })
  const { outcomes, releaseMessageFor, store } = cancelWorld([inFlightRun(), run])
  expect(await outcomes(releaseMessageFor(run))).toEqual(['canceled'])
  expect(store.writes.map((write) => write.split(' ')[1])).toEqual(['ENDED', 'ENDED'])
})
