import { describe, expect, test } from 'vitest'
import { runRequest } from '../../../support/messages.ts'
import { minute, parkedRun, subject, t0 } from '../../../support/runs.ts'
import { answered, refused, serviceRun } from '../../../support/scripted-datazone.ts'
import { defaults, starterWorld } from '../../../support/starter-world.ts'

describe('P9: the waiting limit', () => {
  const day = 24 * 60 * minute
  const since = (days: number) => t0 - days * day

  const old = parkedRun({ createdAtMs: since(36), reason: 'DENIED' })

  test('starts a run after 35 days when its last try succeeds', async () => {
    const world = starterWorld({ runs: [old] })
    expect(await world.outcomes(world.releaseMessageFor(old))).toEqual(['started'])
  })

  test.each(['DENIED', 'NOT_FOUND', 'CONFLICT', 'THROTTLED'] as const)(
    'rejects a run after 35 days when its last try is refused: %s',
    async (kind) => {
      const refuses = {
        startRun: async () => refused(kind),
        getAsset: async () => refused('DENIED'),
        listRuns: async () => answered({ runs: [] }),
      }
      const world = starterWorld({ runs: [old], script: refuses })
      expect(await world.outcomes(world.releaseMessageFor(old))).toEqual(['rejected'])
      expect(world.store.all()).toMatchObject([
        { ending: 'REJECTED', error: { name: 'WaitedTooLong', message: expect.stringContaining(kind) } },
      ])
      expect(world.datazone.starts).toHaveLength(1)
      const younger = parkedRun({ createdAtMs: since(34), reason: 'DENIED' })
      const other = starterWorld({ runs: [younger], script: refuses })
      expect(await other.outcomes(other.releaseMessageFor(younger))).toEqual(['parked'])
    },
  )

  test('parks a run after 35 days while a quota is full, because that time does not count', async () => {
    const world = starterWorld({ runs: [old], script: { startRun: async () => refused('QUOTA_EXCEEDED') } })
    expect(await world.outcomes(world.releaseMessageFor(old))).toEqual(['parked'])
  })

  test('P1: parks a run after 35 days while its last Start may have taken effect', async () => {
    const world = starterWorld({
      runs: [old],
      script: {
        startRun: async () => refused('UNAVAILABLE'),
        listRuns: async () => answered({ runs: [] }),
      },
    })
    expect(await world.outcomes(world.releaseMessageFor(old))).toEqual(['parked'])
    expect(world.store.all()).toMatchObject([{ state: 'PARKED', earlierStart: { firstAtMs: t0 } }])
  })

  test('P1: makes the last try only after List has shown that an earlier Start made no run', async () => {
    const earlierStart = { firstAtMs: since(36), lastAtMs: since(36) }
    const run = parkedRun({ createdAtMs: since(36), earlierStart })
    const adopts = starterWorld({
      runs: [run],
      script: { listRuns: async () => answered({ runs: [serviceRun({ createdAtMs: since(36) })] }) },
    })
    expect(await adopts.outcomes(adopts.releaseMessageFor(run))).toEqual(['started'])
    expect(adopts.datazone.starts).toEqual([])
    const absent = starterWorld({
      runs: [run],
      script: {
        listRuns: async () => answered({ runs: [] }),
        getAsset: async () => refused('DENIED'),
        startRun: async () => refused('DENIED'),
      },
    })
    expect(await absent.outcomes(absent.releaseMessageFor(run))).toEqual(['rejected'])
    expect(absent.datazone.calls.map((call) => call.split(' ')[0])).toEqual(['List', 'Start', 'GetAsset'])
  })

  test.each(['DENIED', 'THROTTLED', 'UNAVAILABLE'] as const)(
    'rejects a request whose revision cannot be read: %s',
    async (kind) => {
      const { revision: _, ...unresolved } = subject
      const run = parkedRun({ subject: unresolved, createdAtMs: since(36), reason: kind })
      const world = starterWorld({ runs: [run], script: { getAsset: async () => refused(kind) } })
      expect(await world.outcomes(world.releaseMessageFor(run))).toEqual(['rejected'])
      expect(world.store.all()).toMatchObject([{ error: { name: 'WaitedTooLong' } }])
    },
  )

  test.each([
    ['cannot be read', async () => refused('DENIED')],
    ['shows a run that may be ours', async () => answered({ runs: [serviceRun({ runId: 'run-7' })] })],
  ] as const)('rejects a run whose earlier Start stays unclear because List %s', async (_name, listRuns) => {
    const earlierStart = { firstAtMs: since(35), lastAtMs: since(35) }
    const run = (days: number) => parkedRun({ createdAtMs: since(days), earlierStart, reason: 'UNAVAILABLE' })
    const world = starterWorld({ runs: [run(36)], script: { listRuns } })
    expect(await world.outcomes(world.releaseMessageFor(run(36)))).toEqual(['rejected'])
    const younger = starterWorld({ runs: [run(34)], script: { listRuns } })
    expect(await younger.outcomes(younger.releaseMessageFor(run(34)))).toEqual(['parked'])
    expect([...world.datazone.starts, ...younger.datazone.starts]).toEqual([])
  })
})

describe('the claim of a Start', () => {
  test('P1: starts the lease at the claim, and counts the Start as sent until the lease ends', async () => {
    const run = parkedRun()
    const leases: unknown[] = []
    const world: ReturnType<typeof starterWorld> = starterWorld({
      runs: [run],
      script: {
        startRun: async () => {
          leases.push(world.store.current(run))
          return answered(serviceRun())
        },
      },
    })
    await world.handle(world.releaseMessageFor(run))
    const leaseEndsAtMs = t0 + defaults.starter.leaseMs
    expect(leases).toMatchObject([
      { state: 'CLAIMED', leaseEndsAtMs, startSent: { firstAtMs: t0, lastAtMs: leaseEndsAtMs } },
    ])
  })

  test('claims an asset with one plain write, because only data sources take turns', async () => {
    const runs = [parkedRun({ subject: { ...subject, assetId: 'asset-2' } })]
    const world = starterWorld({ runs })
    const turns: unknown[] = []
    const { claim } = world.store
    world.store.claim = (run, terms) => {
      turns.push(terms?.claimCount)
      return claim(run, terms)
    }
    await world.handle(runRequest())
    for (const run of runs) await world.handle(world.releaseMessageFor(run))
    expect(turns).toEqual([undefined, undefined])
  })
})
