import { describe, expect, test } from 'vitest'
import { runRequest, threeTypes } from '../../../support/messages.ts'
import { endedRun, inFlightRun, minute, parkedRun, plannedRun, subject, t0 } from '../../../support/runs.ts'
import { answered, refused, serviceRun } from '../../../support/scripted-datazone.ts'
import { starterWorld } from '../../../support/starter-world.ts'

describe('regenerate', () => {
  const again = runRequest({ requestId: 'again', regenerate: true })

  test('P1: makes the next attempt, once per request key, with its own token', async () => {
    const world = starterWorld({ runs: [endedRun()] })
    expect(await world.handle(again)).toMatchObject([{ outcome: 'started', run: { attempt: 2 } }])
    expect(await world.outcomes(again, 2)).toEqual(['duplicate'])
    expect(world.datazone.starts.map(({ clientToken }) => clientToken)).toEqual([
      expect.stringMatching(/^dzrun-asset-1-2-/),
    ])
    expect(world.store.all()).toHaveLength(2)
  })

  test('makes one more attempt for another request key', async () => {
    const world = starterWorld({ runs: [endedRun(), endedRun({ attempt: 2, runId: 'run-2' })] })
    expect(await world.handle(again)).toMatchObject([{ run: { attempt: 3 } }])
  })

  test('makes the first attempt of a revision that never ran', async () => {
    expect(await starterWorld().handle(again)).toMatchObject([{ outcome: 'started', run: { attempt: 1 } }])
  })

  test('P1: waits while a Start of the previous attempt may have taken effect', async () => {
    const open = parkedRun({ reason: 'UNAVAILABLE', earlierStart: { firstAtMs: t0, lastAtMs: t0 } })
    const world = starterWorld({ runs: [open] })
    expect(await world.handle(again)).toMatchObject([
      { outcome: 'parked', run: { attempt: 2, reason: 'BEHIND' } },
    ])
    const second = world.store.all().find((run) => run.attempt === 2)
    if (second === undefined) throw new Error('expected attempt 2 to wait')
    expect(await world.outcomes(world.releaseMessageFor(second))).toEqual(['parked'])
    expect(world.datazone.starts).toEqual([])
  })

  test('ignores a plan of the next attempt in mode run', async () => {
    const world = starterWorld({ runs: [endedRun(), plannedRun({ attempt: 2 })] })
    expect(await world.outcomes(runRequest({ requestId: 'b' }))).toEqual(['duplicate'])
    expect(await world.handle(again)).toMatchObject([{ outcome: 'started', run: { attempt: 2 } }])
  })

  test('P1: leaves a planned second attempt unchanged when the request does not regenerate', async () => {
    const runs = [inFlightRun(), plannedRun({ attempt: 2 })]
    for (const mode of ['run', 'plan'] as const) {
      const world = starterWorld({ runs, settings: { mode } })
      expect(await world.outcomes(runRequest({ requestId: 'b' }))).toEqual(['duplicate'])
      expect(world.store.all().map(({ state }) => state)).toEqual(['IN_FLIGHT', 'PLANNED'])
    }
  })

  test('P1: does not let an attempt adopt the unrecorded run of the next, which would then start another', async () => {
    const running: { readonly clientToken: string; readonly run: ReturnType<typeof serviceRun> }[] = []
    const open = { firstAtMs: t0 - 20 * minute, lastAtMs: t0 - 20 * minute }
    const first = parkedRun({ reason: 'UNAVAILABLE', createdAtMs: open.firstAtMs, earlierStart: open })
    const world: ReturnType<typeof starterWorld> = starterWorld({
      runs: [first],
      script: {
        startRun: async ({ clientToken }) => {
          const runId = `run-${running.length + 1}`
          running.push({ clientToken, run: serviceRun({ runId, createdAtMs: world.clock.now() }) })
          return refused('UNAVAILABLE')
        },
        listRuns: async () => answered({ runs: running.map(({ run }) => run) }),
      },
    })
    await world.handle(again, 2)
    for (let n = 0; n < 5; n += 1) {
      world.clock.advance(15 * minute)
      for (const run of world.store.all()) await world.handle(world.releaseMessageFor(run))
    }
    const tokens = running.map(({ clientToken }) => clientToken)
    expect(new Set(tokens).size).toBe(tokens.length)
    expect(world.store.all()).toMatchObject([
      { attempt: 1, state: 'IN_FLIGHT', runId: 'run-1' },
      { attempt: 2, state: 'PARKED', reason: 'BEHIND' },
    ])
  })

  test('waits while the previous attempt is active', async () => {
    const world = starterWorld({ runs: [inFlightRun()] })
    expect(await world.handle(again)).toMatchObject([
      { outcome: 'parked', run: { attempt: 2, reason: 'BEHIND' } },
    ])
  })

  test('P2: makes the next attempt after losing the race for the second set, before any claim', async () => {
    const sets = [
      endedRun({ subject: { ...subject, types: threeTypes.slice(0, 2) } }),
      endedRun({ subject: { ...subject, types: threeTypes.slice(2) }, runId: 'run-2' }),
    ]
    const world = starterWorld({ runs: sets })
    const { request } = endedRun()
    const rival = endedRun({
      ...sets[1],
      attempt: 2,
      runId: 'run-3',
      request: { ...request, requestKey: 'request:b' },
    })
    world.store.beforeWrite = () => world.store.put(rival)
    const both = runRequest({ requestId: 'again', types: threeTypes, regenerate: true })
    expect(await world.outcomes(both)).toEqual(['started', 'parked'])
    expect(world.store.writes[0]).toMatch(/^create PARKED .*0003$/)
    expect(world.store.all().map(({ attempt }) => attempt)).toEqual([1, 2, 1, 2, 3])
  })

  test('P2: makes the next attempt after losing the race for an attempt that would wait', async () => {
    const newer = inFlightRun({ subject: { ...subject, revision: '5' }, runId: 'run-5' })
    const world = starterWorld({ runs: [endedRun(), newer] })
    world.store.beforeWrite = () => world.store.put(parkedRun({ attempt: 2 }))
    expect(await world.handle(again)).toMatchObject([{ outcome: 'parked', run: { attempt: 3 } }])
  })

  test('P2: makes the next attempt after losing the race for an attempt', async () => {
    const world = starterWorld({ runs: [endedRun()] })
    const rival = endedRun({
      attempt: 2,
      runId: 'run-2',
      request: { ...endedRun().request, requestKey: 'request:b' },
    })
    world.store.beforeWrite = () => world.store.put(rival)
    expect(await world.handle(again)).toMatchObject([{ outcome: 'started', run: { attempt: 3 } }])
  })
})
