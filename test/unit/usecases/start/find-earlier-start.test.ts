import { describe, expect, test } from 'vitest'
import type { DataZone } from '../../../../lib/ports/datazone.ts'
import { refusing } from '../../../support/refusing-datazone.ts'
import { endedRun, minute, parkedRun, t0 } from '../../../support/runs.ts'
import { answered, refused, serviceRun } from '../../../support/scripted-datazone.ts'
import { starterWorld } from '../../../support/starter-world.ts'

describe('findEarlierStart', () => {
  const hourAgo = { firstAtMs: t0 - 60 * minute, lastAtMs: t0 - 59 * minute }
  const waiting = (over: Parameters<typeof parkedRun>[0] = {}) =>
    parkedRun({ createdAtMs: t0 - 60 * minute, earlierStart: hourAgo, reason: 'UNAVAILABLE', ...over })
  const lists = (...runs: readonly ReturnType<typeof serviceRun>[]): Partial<DataZone> => ({
    listRuns: async () => answered({ runs }),
  })
  const ours = serviceRun({ runId: 'run-7', createdAtMs: t0 - 59 * minute, nativeStatus: 'SUCCEEDED' })

  test('P1: relies on the token, without a List, while DataZone surely remembers it', async () => {
    const recent = waiting({ earlierStart: { firstAtMs: t0 - 5 * minute, lastAtMs: t0 - 4 * minute } })
    const world = starterWorld({ runs: [recent] })
    expect(await world.outcomes(world.releaseMessageFor(recent))).toEqual(['started'])
    expect(world.datazone.calls).toEqual(['Start 4'])
  })

  test('P1: lists first, and adopts only a run that must be ours', async () => {
    const foreign = [
      serviceRun({ runId: 'run-8', revision: '3', createdAtMs: t0 }),
      serviceRun({ runId: 'run-9', createdAtMs: t0 - 63 * minute }),
    ]
    const world = starterWorld({ runs: [waiting()], script: lists(...foreign, ours) })
    expect(await world.handle(world.releaseMessageFor(waiting()))).toMatchObject([
      { outcome: 'started', adopted: true, run: { runId: 'run-7', startedAtMs: t0 - 59 * minute } },
    ])
    expect(world.datazone.calls).toEqual(['List asset-1'])
  })

  test('P1: reads every page for the run', async () => {
    const world = starterWorld({
      runs: [waiting()],
      script: {
        listRuns: async (_domainId, { nextToken }) =>
          answered(nextToken === undefined ? { runs: [], nextToken: '2' } : { runs: [ours] }),
      },
    })
    expect(await world.handle(world.releaseMessageFor(waiting()))).toMatchObject([
      { run: { runId: 'run-7' } },
    ])
    expect(world.datazone.calls).toEqual(['List asset-1', 'List asset-1 page 2'])
  })

  test('P1: does not adopt a run that is on another attempt', async () => {
    const other = endedRun({ attempt: 2, runId: 'run-7' })
    const world = starterWorld({ runs: [waiting(), other], script: lists(ours) })
    expect(await world.handle(world.releaseMessageFor(waiting()))).toMatchObject([{ adopted: false }])
  })

  test('P1: waits, without a Start, until absence would be proven', async () => {
    const earlierStart = { firstAtMs: t0 - 12 * minute, lastAtMs: t0 - minute }
    const run = waiting({ earlierStart })
    const world = starterWorld({ runs: [run], script: lists() })
    expect(await world.handle(world.releaseMessageFor(run))).toMatchObject([
      { outcome: 'parked', run: { reason: 'LEASE_EXPIRED', retryAtMs: t0 + 2 * minute, earlierStart } },
    ])
    expect(world.datazone.calls).toEqual(['List asset-1'])
  })

  test('P1: sends no Start while List shows an item without a readable id', async () => {
    const world = starterWorld({
      runs: [waiting()],
      script: { listRuns: async () => answered({ runs: [], unreadableItems: 1 }) },
    })
    expect(await world.handle(world.releaseMessageFor(waiting()))).toMatchObject([
      { outcome: 'parked', run: { reason: 'UNAVAILABLE', error: { name: 'UnreadableListItem' } } },
    ])
    expect(world.datazone.calls).toEqual(['List asset-1'])
  })

  test('P1: starts once absence is proven', async () => {
    const world = starterWorld({ runs: [waiting()], script: lists() })
    expect(await world.outcomes(world.releaseMessageFor(waiting()))).toEqual(['started'])
    expect(world.datazone.calls).toEqual(['List asset-1', 'Start 4'])
  })

  test('P1: keeps only the new Start after absence is proven, unless that one is definitely refused', async () => {
    const [denied, lost] = (['DENIED', 'UNAVAILABLE'] as const).map((kind) =>
      starterWorld({ runs: [waiting()], script: { ...lists(), ...refusing(kind) } }),
    )
    await denied?.handle(denied.releaseMessageFor(waiting()))
    expect(denied?.store.all()[0]).not.toHaveProperty('earlierStart')
    await lost?.handle(lost.releaseMessageFor(waiting()))
    expect(lost?.store.all()).toMatchObject([{ earlierStart: { firstAtMs: t0, lastAtMs: t0 } }])
  })

  test.each([
    ['DENIED', 'DENIED', 15 * minute],
    ['THROTTLED', 'UNAVAILABLE', minute],
    ['NOT_FOUND', 'UNAVAILABLE', minute],
    ['UNAVAILABLE', 'UNAVAILABLE', minute],
  ] as const)(
    'P1: sends no Start when List answers %s, which proves nothing',
    async (kind, reason, afterMs) => {
      const world = starterWorld({ runs: [waiting()], script: { listRuns: async () => refused(kind) } })
      expect(await world.handle(world.releaseMessageFor(waiting()))).toMatchObject([
        { outcome: 'parked', run: { reason, retryAtMs: t0 + afterMs, earlierStart: hourAgo } },
      ])
      expect(world.datazone.starts).toEqual([])
    },
  )

  const { revision: _, ...noRevision } = serviceRun({ runId: 'run-7', createdAtMs: t0 - 59 * minute })
  const unclear = [
    ['revision', noRevision],
    ['time', serviceRun({ runId: 'run-7' })],
    ['types', serviceRun({ runId: 'run-7', createdAtMs: t0 - 59 * minute, types: [] })],
  ] as const

  test.each(unclear)(
    'P1, P8: sends no Start while a run is shown without its %s, which proves nothing',
    async (_name, shown) => {
      const world = starterWorld({ runs: [waiting()], script: lists(shown) })
      expect(await world.handle(world.releaseMessageFor(waiting()))).toMatchObject([
        {
          outcome: 'parked',
          run: {
            reason: 'CONFLICT',
            retryAtMs: t0 + minute,
            earlierStart: hourAgo,
            error: { name: 'UnclearRun', message: expect.stringContaining('run-7') },
          },
        },
      ])
      expect(world.datazone.starts).toEqual([])
    },
  )

  test('P1: prefers a run that is certainly ours, on a later page, to an unclear one', async () => {
    const world = starterWorld({
      runs: [waiting()],
      script: {
        listRuns: async (_domainId, { nextToken }) =>
          answered(
            nextToken === undefined
              ? { runs: [{ ...noRevision, runId: 'run-6' }], nextToken: '2' }
              : { runs: [ours] },
          ),
      },
    })
    expect(await world.handle(world.releaseMessageFor(waiting()))).toMatchObject([
      { outcome: 'started', adopted: true, run: { runId: 'run-7' } },
    ])
  })

  test('P1: treats a run that an older deployment shows as unclear, even when its one type is the requested one', async () => {
    const shown = { ...serviceRun({ runId: 'run-7', createdAtMs: t0 }), isOlderShape: true } as const
    const world = starterWorld({ runs: [waiting()], script: lists(shown) })
    expect(await world.handle(world.releaseMessageFor(waiting()))).toMatchObject([
      { outcome: 'parked', run: { reason: 'CONFLICT', error: { name: 'UnclearRun' } } },
    ])
    expect(world.datazone.starts).toEqual([])
  })

  test('P1: ignores an unclear run that is on another attempt', async () => {
    const other = endedRun({ attempt: 2, runId: 'run-7' })
    const world = starterWorld({ runs: [waiting(), other], script: lists(noRevision) })
    expect(await world.outcomes(world.releaseMessageFor(waiting()))).toEqual(['started'])
  })

  test('P1: lists before it rejects for a 400 after a lost answer, and adopts', async () => {
    const recent = waiting({ earlierStart: { firstAtMs: t0 - 5 * minute, lastAtMs: t0 - 4 * minute } })
    const world = starterWorld({ runs: [recent], script: { ...refusing('INVALID'), ...lists(ours) } })
    expect(await world.outcomes(world.releaseMessageFor(recent))).toEqual(['started'])
    expect(world.datazone.calls).toEqual(['Start 4', 'List asset-1'])
  })

  test('P2: rejects for a 400 after a lost answer once absence is proven, and waits until then', async () => {
    const script = { ...refusing('INVALID'), ...lists() }
    const recent = waiting({ earlierStart: { firstAtMs: t0 - 5 * minute, lastAtMs: t0 - 4 * minute } })
    const proven = starterWorld({ runs: [recent], script })
    expect(await proven.outcomes(proven.releaseMessageFor(recent))).toEqual(['rejected'])
    const fresh = waiting({ earlierStart: { firstAtMs: t0 - 5 * minute, lastAtMs: t0 - minute } })
    const unproven = starterWorld({ runs: [fresh], script })
    expect(await unproven.outcomes(unproven.releaseMessageFor(fresh))).toEqual(['parked'])
    expect(unproven.bus.events).toEqual([])
  })
})
