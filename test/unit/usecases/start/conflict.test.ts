import { describe, expect, test } from 'vitest'
import type { DataZone } from '../../../../lib/ports/datazone.ts'
import { runRequest } from '../../../support/messages.ts'
import { minute, parkedRun, second, t0 } from '../../../support/runs.ts'
import { answered, refused, serviceRun, showingAsset } from '../../../support/scripted-datazone.ts'
import { starterWorld } from '../../../support/starter-world.ts'

const conflict = (...runs: readonly ReturnType<typeof serviceRun>[]): Partial<DataZone> => ({
  ...showingAsset('4'),
  startRun: async () => refused('CONFLICT'),
  listRuns: async () => answered({ runs }),
})

describe('a Start that conflicts with a run of its asset', () => {
  test('P1: does not adopt the active run without an earlier Start, however much it looks like ours', async () => {
    const twin = serviceRun({ runId: 'run-9', createdAtMs: t0 })
    const world = starterWorld({ script: conflict(twin) })
    expect(await world.handle(runRequest())).toMatchObject([
      { outcome: 'parked', run: { reason: 'CONFLICT', retryAtMs: t0 + minute } },
    ])
    expect(world.datazone.calls).toEqual(['Start 4', 'List asset-1'])
  })

  test('P1: adopts the run that an earlier Start made', async () => {
    const earlierStart = { firstAtMs: t0 - 2 * minute, lastAtMs: t0 - minute }
    const run = parkedRun({ reason: 'UNAVAILABLE', createdAtMs: t0 - 3 * minute, earlierStart })
    const ours = serviceRun({ runId: 'run-7', createdAtMs: t0 - minute })
    const world = starterWorld({ runs: [run], script: conflict(ours) })
    expect(await world.handle(world.releaseMessageFor(run))).toMatchObject([
      { outcome: 'started', adopted: true, run: { runId: 'run-7' } },
    ])
  })

  test('P1: keeps the earlier Start until List proves that it made no run', async () => {
    const other = serviceRun({ runId: 'run-9', revision: '3', createdAtMs: t0 - minute })
    const opened = (lastAtMs: number) =>
      parkedRun({ createdAtMs: t0 - 8 * minute, earlierStart: { firstAtMs: t0 - 7 * minute, lastAtMs } })
    const young = starterWorld({ runs: [opened(t0 - minute)], script: conflict(other) })
    await young.handle(young.releaseMessageFor(opened(t0 - minute)))
    expect(young.store.all()).toMatchObject([{ reason: 'CONFLICT', earlierStart: {} }])
    const old = starterWorld({ runs: [opened(t0 - 3 * minute)], script: conflict(other) })
    await old.handle(old.releaseMessageFor(opened(t0 - 3 * minute)))
    expect(old.store.all()).toMatchObject([{ reason: 'CONFLICT' }])
    expect(old.store.all()[0]).not.toHaveProperty('earlierStart')
  })

  test('P1: keeps the earlier Start when List is denied, however old it is', async () => {
    const earlierStart = { firstAtMs: t0 - 7 * minute, lastAtMs: t0 - 6 * minute }
    const run = parkedRun({ createdAtMs: t0 - 8 * minute, earlierStart })
    const world = starterWorld({
      runs: [run],
      script: { ...conflict(), listRuns: async () => refused('DENIED') },
    })
    await world.handle(world.releaseMessageFor(run))
    expect(world.store.all()).toMatchObject([{ reason: 'CONFLICT', earlierStart }])
  })

  test('waits half as long as the newest active run has lasted, from one minute to fifteen', async () => {
    const old = serviceRun({ runId: 'run-8', nativeStatus: 'A_NEW_STATUS', createdAtMs: t0 - 9999 * minute })
    for (const [activeForMs, pauseMs] of [
      [30 * second, minute],
      [10 * minute, 5 * minute],
      [120 * minute, 15 * minute],
    ] as const) {
      const other = serviceRun({ runId: 'run-9', revision: '3', createdAtMs: t0 - activeForMs })
      for (const shown of [[other, old], [other]]) {
        const world = starterWorld({ script: conflict(...shown) })
        expect(await world.handle(runRequest())).toMatchObject([{ run: { retryAtMs: t0 + pauseMs } }])
      }
    }
  })

  test('looks again soon when List shows no active run or does not answer', async () => {
    const over = serviceRun({ runId: 'run-9', nativeStatus: 'SUCCEEDED', createdAtMs: t0 - 60 * minute })
    const scripts = [conflict(over), { ...conflict(), listRuns: async () => refused('DENIED') }]
    for (const script of scripts) {
      const world = starterWorld({ script })
      expect(await world.handle(runRequest())).toMatchObject([
        { outcome: 'parked', run: { reason: 'CONFLICT', retryAtMs: t0 + minute } },
      ])
    }
  })
})
