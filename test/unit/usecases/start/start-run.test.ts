import { describe, expect, test } from 'vitest'
import { runRequest } from '../../../support/messages.ts'
import { minute, parkedRun, subject, t0 } from '../../../support/runs.ts'
import { answered, refused, serviceRun } from '../../../support/scripted-datazone.ts'
import { defaults, starterWorld } from '../../../support/starter-world.ts'

describe('P9: the limit of waiting', () => {
  const day = 24 * 60 * minute
  const since = (days: number) => t0 - days * day

  test('rejects a run after 35 days instead of starting it', async () => {
    const run = parkedRun({ createdAtMs: since(36), reason: 'DENIED' })
    const world = starterWorld({ runs: [run] })
    expect(await world.outcomes(world.noteAbout(run))).toEqual(['rejected'])
    expect(world.store.all()).toMatchObject([{ ending: 'REJECTED', error: { name: 'WaitedTooLong' } }])
    expect(world.datazone.calls).toEqual([])
    const younger = parkedRun({ createdAtMs: since(34), reason: 'DENIED' })
    const other = starterWorld({ runs: [younger] })
    expect(await other.outcomes(other.noteAbout(younger))).toEqual(['started'])
  })

  test('P1: rejects only after List has shown that an open Start made no run', async () => {
    const earlierStart = { firstAtMs: since(36), lastAtMs: since(36) }
    const run = parkedRun({ createdAtMs: since(36), earlierStart: earlierStart })
    const adopts = starterWorld({
      runs: [run],
      script: { listRuns: async () => answered({ runs: [serviceRun({ createdAtMs: since(36) })] }) },
    })
    expect(await adopts.outcomes(adopts.noteAbout(run))).toEqual(['started'])
    const absent = starterWorld({ runs: [run], script: { listRuns: async () => answered({ runs: [] }) } })
    expect(await absent.outcomes(absent.noteAbout(run))).toEqual(['rejected'])
    expect([...adopts.datazone.starts, ...absent.datazone.starts]).toEqual([])
  })

  test.each(['DENIED', 'THROTTLED', 'UNAVAILABLE'] as const)(
    'rejects a request that cannot learn its revision: %s',
    async (kind) => {
      const { revision: _, ...unresolved } = subject
      const run = parkedRun({ subject: unresolved, createdAtMs: since(36), reason: kind })
      const world = starterWorld({ runs: [run], script: { getAsset: async () => refused(kind) } })
      expect(await world.outcomes(world.noteAbout(run))).toEqual(['rejected'])
      expect(world.store.all()).toMatchObject([{ error: { name: 'WaitedTooLong' } }])
    },
  )

  test.each([
    ['cannot be read', async () => refused('DENIED')],
    ['shows a run that may be ours', async () => answered({ runs: [serviceRun({ runId: 'run-7' })] })],
  ] as const)('rejects a run whose open Start stays unclear because List %s', async (_name, listRuns) => {
    const earlierStart = { firstAtMs: since(35), lastAtMs: since(35) }
    const run = (days: number) =>
      parkedRun({ createdAtMs: since(days), earlierStart: earlierStart, reason: 'UNAVAILABLE' })
    const world = starterWorld({ runs: [run(36)], script: { listRuns } })
    expect(await world.outcomes(world.noteAbout(run(36)))).toEqual(['rejected'])
    const younger = starterWorld({ runs: [run(34)], script: { listRuns } })
    expect(await younger.outcomes(younger.noteAbout(run(34)))).toEqual(['parked'])
    expect([...world.datazone.starts, ...younger.datazone.starts]).toEqual([])
  })
})

describe('the claim of a Start', () => {
  test('P1: leases from now on, and counts the Start as sent until the lease ends', async () => {
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
    await world.handle(world.noteAbout(run))
    const leaseEndsAtMs = t0 + defaults.starter.leaseMs
    expect(leases).toMatchObject([
      { state: 'CLAIMED', leaseEndsAtMs, startSent: { firstAtMs: t0, lastAtMs: leaseEndsAtMs } },
    ])
  })

  test('claims an asset with one plain write, because assets take no turns', async () => {
    const runs = [parkedRun({ subject: { ...subject, assetId: 'asset-2' } })]
    const world = starterWorld({ runs })
    const turns: unknown[] = []
    const { claim } = world.store
    world.store.claim = (run, terms) => {
      turns.push(terms?.claimCount)
      return claim(run, terms)
    }
    await world.handle(runRequest())
    for (const run of runs) await world.handle(world.noteAbout(run))
    expect(turns).toEqual([undefined, undefined])
  })
})
