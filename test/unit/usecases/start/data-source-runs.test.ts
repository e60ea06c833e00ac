import { describe, expect, test } from 'vitest'
import { runKey } from '../../../../lib/run/identity.ts'
import type { InFlightRun } from '../../../../lib/run/run.ts'
import { sourceRunRequest } from '../../../support/messages.ts'
import {
  claimedRun,
  endedRun,
  inFlightRun,
  minute,
  origin,
  parkedRun,
  second,
  sourceSubject,
  t0,
} from '../../../support/runs.ts'
import { answered, refused, sourceRun } from '../../../support/scripted-datazone.ts'
import { starterWorld } from '../../../support/starter-world.ts'

const hour = 60 * minute

const other = (triggerKey: string) => ({
  subject: { ...sourceSubject, triggerKey },
  request: { ...origin, requestKey: `request:${triggerKey}` },
})

describe('a request for a data source', () => {
  test('P1: is claimed, started with its own token and recorded, with no other call', async () => {
    const world = starterWorld()
    expect(await world.handle(sourceRunRequest())).toMatchObject([
      { outcome: 'started', run: { runId: 'source-run-1', subject: sourceSubject } },
    ])
    expect(world.datazone.calls).toEqual(['Start source-1'])
    expect(world.datazone.sourceStarts).toEqual([
      {
        domainId: 'dzd_orders',
        dataSourceId: 'source-1',
        clientToken: expect.stringMatching(/^dzrun-source-1-1-[0-9a-f]{64}$/),
      },
    ])
    expect(world.store.writes).toEqual(['claim RUN#load-1#0001', 'record source-run-1 RUN#load-1#0001'])
  })

  test('P1: makes one run for one trigger key, whatever the sender', async () => {
    const world = starterWorld()
    await world.handle(sourceRunRequest())
    expect(await world.outcomes(sourceRunRequest())).toEqual(['duplicate'])
    expect(await world.outcomes(sourceRunRequest({ requestId: 'nightly-2' }))).toEqual(['duplicate'])
    expect(world.datazone.calls).toHaveLength(1)
    expect(world.store.all()).toMatchObject([{ alsoRequestedBy: [{ requestKey: 'request:nightly-2' }] }])
  })

  test('parks another trigger behind the active run, without a call', async () => {
    const world = starterWorld({ runs: [inFlightRun(other('load-0'))] })
    expect(await world.handle(sourceRunRequest())).toMatchObject([
      { outcome: 'parked', run: { reason: 'BEHIND', retryAtMs: t0 + minute } },
    ])
    expect(world.datazone.calls).toEqual([])
  })

  test('P1: waits behind a run whose Start may have taken effect', async () => {
    const earlierStart = { firstAtMs: t0 - minute, lastAtMs: t0 - minute }
    const world = starterWorld({ runs: [parkedRun({ ...other('load-0'), earlierStart })] })
    expect(await world.handle(sourceRunRequest())).toMatchObject([
      { outcome: 'parked', run: { reason: 'BEHIND' } },
    ])
    const free = starterWorld({ runs: [parkedRun(other('load-0'))] })
    expect(await free.outcomes(sourceRunRequest())).toEqual(['started'])
  })

  test('starts at once when the previous run has ended', async () => {
    const world = starterWorld()
    for (const triggerKey of ['load-1', 'load-2', 'load-3']) {
      const runId = `source-run-${triggerKey}`
      world.datazone.startSourceRun = async () => answered(sourceRun({ runId }))
      expect(await world.outcomes(sourceRunRequest({ requestId: triggerKey, triggerKey }))).toEqual([
        'started',
      ])
      const active = world.store.all().find((run) => run.state === 'IN_FLIGHT')
      if (active?.state !== 'IN_FLIGHT') throw new Error('expected an active run')
      world.store.put(endedRun({ ...other(triggerKey), runId, version: 9 }))
    }
  })

  test('P1: waits when another trigger claims the source at the same time', async () => {
    const world = starterWorld()
    const both = await Promise.all([
      world.outcomes(sourceRunRequest()),
      world.outcomes(sourceRunRequest({ requestId: 'nightly-2', triggerKey: 'load-2' })),
    ])
    expect(both.flat().toSorted()).toEqual(['parked', 'started'])
    expect(world.store.all().map((run) => run.state === 'PARKED' && run.reason)).toContain('BEHIND')
    expect(world.datazone.calls).toHaveLength(1)
  })

  test('P8: returns to the queue while the source has an unreadable record', async () => {
    const world = starterWorld()
    const key = { partition: 'SOURCE#dzd_orders#source-1', record: 'RUN#load-0#0001' }
    world.store.unreadable.push({ key, isNewer: true, problem: 'is newer' })
    expect(await world.handle(sourceRunRequest())).toMatchObject([
      { outcome: 'retry', reason: 'RECORD_UNREADABLE' },
    ])
    expect([...world.datazone.calls, ...world.store.writes]).toEqual([])
  })

  test('P1: is rejected when it is so old that its run may have been forgotten', async () => {
    const world = starterWorld()
    expect(await world.handle(sourceRunRequest({ requestedAt: '2026-05-01T00:00:00Z' }))).toMatchObject([
      { outcome: 'rejected', reasons: [expect.stringMatching(/^requestedAt: too old/)] },
    ])
    expect(world.datazone.calls).toEqual([])
  })

  test('makes the next attempt when the previous one ended without a run', async () => {
    const rejected = endedRun({ subject: sourceSubject, ending: 'REJECTED' })
    const { runId: _, startedAtMs: __, nativeStatus: ___, ...endedWithoutRun } = rejected
    const world = starterWorld({ runs: [endedWithoutRun] })
    expect(await world.handle(sourceRunRequest({ requestId: 'fixed' }))).toMatchObject([
      { outcome: 'started', run: { attempt: 2 } },
    ])
  })
})

describe('a foreign run', () => {
  const { triggerKey: _, ...source } = sourceSubject
  const subject = { ...source, foreignRunId: 'run-9' }
  const foreign = (over: Partial<InFlightRun> = {}) =>
    inFlightRun({ subject, runId: 'run-9', startedAtMs: t0 - minute, ...over })

  test('goes first: a request waits behind it, without a call', async () => {
    const world = starterWorld({ runs: [foreign()] })
    expect(await world.handle(sourceRunRequest())).toMatchObject([
      { outcome: 'parked', run: { reason: 'BEHIND' } },
    ])
    expect(world.datazone.calls).toEqual([])
  })

  test('counts as one run of the day', async () => {
    const over = endedRun({ subject, runId: 'run-9', startedAtMs: t0 - hour })
    const world = starterWorld({ runs: [over], settings: { sourceRunsPerDay: 1 } })
    expect(await world.handle(sourceRunRequest())).toMatchObject([
      { outcome: 'parked', run: { reason: 'SOURCE_DAY_FULL' } },
    ])
  })

  test('P1: is not recorded for a trigger, which waits for its own run, even when Start returns the foreign run', async () => {
    const world = starterWorld()
    world.store.beforeWrite = (run) => {
      if (run.state !== 'IN_FLIGHT') return
      world.store.beforeWrite = () => {}
      void world.store.recordRunId(foreign({ runId: run.runId, version: 0 }))
    }
    expect(await world.handle(sourceRunRequest())).toMatchObject([
      {
        outcome: 'parked',
        run: { reason: 'CONFLICT', retryAtMs: t0 + minute, error: { name: 'RunOnAnotherRecord' } },
      },
    ])
    const holders = world.store.all().filter((run) => 'runId' in run)
    expect(holders.map((run) => runKey(run).record)).toEqual(['FOREIGN#run-9'])
  })
})

describe('a refused Start of a data source run', () => {
  test('parks after a 409, because the active run may have begun before its trigger', async () => {
    const script = {
      startSourceRun: async () => refused('CONFLICT'),
      getDataSource: async () => answered({ status: 'RUNNING' }),
    }
    const world = starterWorld({ script })
    expect(await world.handle(sourceRunRequest())).toMatchObject([
      { outcome: 'parked', run: { reason: 'CONFLICT', retryAtMs: t0 + 15 * minute } },
    ])
    expect(world.datazone.calls).toEqual(['Start source-1', 'GetDataSource source-1'])
  })

  const earlierStart = { firstAtMs: t0 - 2 * minute, lastAtMs: t0 - minute }
  const waiting = parkedRun({
    subject: sourceSubject,
    reason: 'UNAVAILABLE',
    createdAtMs: t0 - 3 * minute,
    earlierStart,
  })
  const conflicting = (runs: readonly ReturnType<typeof sourceRun>[]) =>
    starterWorld({
      runs: [waiting],
      script: {
        startSourceRun: async () => refused('CONFLICT'),
        getDataSource: async () => answered({ status: 'READY' }),
        listSourceRuns: async () => answered({ runs }),
      },
    })

  test('P6: adopts after a 409 the active run that an earlier Start made, once List must show that run', async () => {
    const world = conflicting([sourceRun({ runId: 'run-mine', createdAtMs: t0 - minute })])
    world.clock.advance(3 * minute)
    expect(await world.handle(world.releaseMessageFor(waiting))).toMatchObject([
      { outcome: 'started', adopted: true, run: { runId: 'run-mine' } },
    ])
  })

  test('P1: does not adopt a run after a 409 before List must show the run of an earlier Start', async () => {
    const world = conflicting([sourceRun({ runId: 'run-of-another', createdAtMs: t0 - minute })])
    expect(await world.handle(world.releaseMessageFor(waiting))).toMatchObject([
      {
        outcome: 'parked',
        run: {
          reason: 'CONFLICT',
          earlierStart,
          retryAtMs: expect.toSatisfy((atMs) => atMs < t0 + 3 * minute),
        },
      },
    ])
  })

  test('P6: forgets the earlier Start after a 409 when List proves that it made no run', async () => {
    const world = conflicting([])
    world.clock.advance(3 * minute)
    expect(await world.handle(world.releaseMessageFor(waiting))).toMatchObject([
      { outcome: 'parked', run: { reason: 'CONFLICT' } },
    ])
    expect(world.store.current(waiting)).not.toHaveProperty('earlierStart')
  })

  test('does not lower the pace, which is for metadata runs, after a 429', async () => {
    const world = starterWorld({ script: { startSourceRun: async () => refused('THROTTLED') } })
    expect(await world.outcomes(sourceRunRequest())).toEqual(['retry'])
    expect(world.slowDowns).toEqual([])
  })
})

describe('P1: a Start whose token may have expired', () => {
  const earlierStart = { firstAtMs: t0 - hour, lastAtMs: t0 - hour + 30 * second }
  const waiting = parkedRun({
    subject: sourceSubject,
    createdAtMs: t0 - 2 * hour,
    earlierStart,
    reason: 'UNAVAILABLE',
    releasedAtMs: t0,
  })
  const lookingAt = (...createdAtMs: readonly (number | undefined)[]) => {
    const runs = createdAtMs.map((atMs, index) =>
      sourceRun({ runId: `seen-${index}`, ...(atMs === undefined ? {} : { createdAtMs: atMs }) }),
    )
    return starterWorld({ runs: [waiting], script: { listSourceRuns: async () => answered({ runs }) } })
  }

  test('is looked up, and adopts a run made while it could take effect', async () => {
    const world = lookingAt(t0 - 2 * hour, t0 - hour + minute, t0 - minute)
    expect(await world.handle(world.releaseMessageFor(waiting))).toMatchObject([
      { outcome: 'started', adopted: true, run: { runId: 'seen-1' } },
    ])
    expect(world.datazone.calls).toEqual(['List source-1'])
  })

  test('is sent again when no run was made meanwhile', async () => {
    const world = lookingAt(t0 - 2 * hour, t0 - minute)
    expect(await world.handle(world.releaseMessageFor(waiting))).toMatchObject([
      { outcome: 'started', adopted: false, run: { runId: 'source-run-1' } },
    ])
  })

  test.each<[string, (number | undefined)[]]>([
    ['two runs were made meanwhile', [t0 - hour, t0 - hour + minute]],
    ['List does not show when a run was made', [undefined]],
  ])('waits because its run is unclear when %s', async (_, createdAtMs) => {
    const world = lookingAt(...createdAtMs)
    expect(await world.handle(world.releaseMessageFor(waiting))).toMatchObject([
      { outcome: 'parked', run: { reason: 'CONFLICT', error: { name: 'UnclearRun' } } },
    ])
  })

  test('does not adopt a run on another record', async () => {
    const world = lookingAt(t0 - hour + minute)
    world.store.put(endedRun({ ...other('load-0'), runId: 'seen-0', startedAtMs: t0 - hour }))
    expect(await world.handle(world.releaseMessageFor(waiting))).toMatchObject([
      { outcome: 'started', adopted: false },
    ])
  })

  test('P1: does not adopt a run on a record that ended days ago, even when List does not show its time', async () => {
    const world = lookingAt(undefined)
    const agoMs = 50 * hour
    const at = { startedAtMs: t0 - agoMs, detectedAtMs: t0 - agoMs }
    world.store.put(endedRun({ ...other('load-0'), runId: 'seen-0', ...at }))
    expect(await world.handle(world.releaseMessageFor(waiting))).toMatchObject([
      { outcome: 'started', adopted: false },
    ])
  })

  test('is taken over with the next turn of the source after its lease ends', async () => {
    const claim = claimedRun({ subject: sourceSubject, leaseEndsAtMs: t0 - second })
    expect(runKey(claim).record).toBe('RUN#load-1#0001')
    const world = starterWorld({ runs: [{ ...waiting, earlierStart: claim.startSent }] })
    expect(await world.outcomes(world.releaseMessageFor(waiting))).toEqual(['started'])
    expect(world.store.writes[0]).toBe('claim RUN#load-1#0001')
  })
})
