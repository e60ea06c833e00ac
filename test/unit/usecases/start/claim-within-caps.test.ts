import { describe, expect, test } from 'vitest'
import type { Cap } from '../../../../lib/run/caps.ts'
import type { Run } from '../../../../lib/run/run.ts'
import { runRequest } from '../../../support/messages.ts'
import { minute, origin, parkedRun, second, subject, t0 } from '../../../support/runs.ts'
import { answered, refused, serviceRun, showingAsset } from '../../../support/scripted-datazone.ts'
import { defaults, starterWorld } from '../../../support/starter-world.ts'

const day = 24 * 60 * minute
const tomorrow = Date.parse('2026-11-21T00:00:00Z')
const december = Date.UTC(2026, 11, 1)
const today = { cap: 'all', period: 'DAY#2026-11-20' }

const capped = (cap: Partial<Cap>, options: Parameters<typeof starterWorld>[0] = {}) =>
  starterWorld({
    ...options,
    settings: {
      ...options.settings,
      policy: { ...defaults.starter.policy, caps: [{ name: 'all', ...cap }] },
    },
  })
const about = (asset: string, over = {}) =>
  runRequest({ requestId: `ask-${asset}`, asset: { id: asset, revision: '4' }, ...over })
const stateOf = (runs: readonly Run[]) => runs.map((run) => (run.state === 'PARKED' ? run.reason : run.state))

describe('a cap that is full', () => {
  test('P7: parks the next run until its day turns, without a call, and names the cap', async () => {
    const world = capped({ perDay: 1 })
    expect(await world.outcomes(about('a'))).toEqual(['started'])
    world.datazone.calls.length = 0
    expect(await world.handle(about('b'))).toMatchObject([
      {
        outcome: 'parked',
        run: {
          reason: 'CAP_FULL',
          retryAtMs: tomorrow,
          error: { name: 'CapFull', message: 'cap all: all 1 runs of 2026-11-20 are used' },
        },
      },
    ])
    expect(world.datazone.calls).toEqual([])
    expect(world.store.writes.filter((write) => write.startsWith('claim'))).toHaveLength(1)
    const [waiting] = world.store.all().filter(({ state }) => state === 'PARKED')
    if (waiting === undefined) throw new Error('expected a waiting run')
    world.store.writes.length = 0
    expect(await world.outcomes(world.releaseMessageFor(waiting))).toEqual(['parked'])
    expect(world.store.writes).toEqual([expect.stringMatching(/^save PARKED/)])
  })

  test('lets the run start on the next day, and counts it there', async () => {
    const world = capped({ perDay: 1 })
    await world.handle(about('a'))
    await world.handle(about('b'))
    const waiting = world.store.all().find(({ state }) => state === 'PARKED')
    if (waiting === undefined) throw new Error('expected a waiting run')
    expect(await world.outcomes(world.releaseMessageFor(waiting))).toEqual(['parked'])
    world.clock.advance(day)
    expect(await world.outcomes(world.releaseMessageFor(waiting))).toEqual(['started'])
    expect(world.store.runsIn(today)).toBe(1)
    expect(world.store.runsIn({ cap: 'all', period: 'DAY#2026-11-21' })).toBe(1)
  })

  test('parks until the month turns when both day and month are full', async () => {
    const world = capped({ perDay: 1, perMonth: 1 })
    await world.handle(about('a'))
    expect(await world.handle(about('b'))).toMatchObject([{ run: { retryAtMs: december } }])
  })

  test('P9: excludes its time from the waiting limit', async () => {
    const world = capped({ perMonth: 1 }, { settings: { maxWaitMs: day } })
    await world.handle(about('a'))
    await world.handle(about('b'))
    const waiting = world.store.all().find(({ state }) => state === 'PARKED')
    expect(waiting).toMatchObject({ reason: 'CAP_FULL', retryAtMs: december })
    world.clock.advance(december - t0 + minute)
    if (waiting !== undefined)
      expect(await world.outcomes(world.releaseMessageFor(waiting))).toEqual(['started'])
  })

  test('waits a minute at least, because clocks differ at midnight', async () => {
    const world = capped({ perDay: 1 })
    world.clock.advance(tomorrow - t0 - second)
    await world.handle(about('a'))
    expect(await world.handle(about('b'))).toMatchObject([{ run: { retryAtMs: tomorrow - second + minute } }])
  })

  test('does not count data source runs', async () => {
    const world = capped({ perDay: 1 })
    await world.handle(about('a'))
    const { types: _, asset: __, ...request } = about('source')
    const source = { ...request, kind: 'DATA_SOURCE', dataSource: { id: 's' }, triggerKey: 'load-1' }
    expect(await world.outcomes(source)).toEqual(['started'])
  })

  test('does not apply in mode plan', async () => {
    const world = capped({ perDay: 1 }, { settings: { mode: 'plan' } })
    expect(await world.outcomes(about('a'))).toEqual(['planned'])
    expect(await world.outcomes(about('b'))).toEqual(['planned'])
    expect(world.store.runsIn(today)).toBe(0)
  })
})

describe('an attempt', () => {
  test('P7: is counted once however often it is claimed in a day', async () => {
    let tries = 0
    const world = capped(
      { perDay: 5 },
      { script: { startRun: async () => (++tries < 4 ? refused('THROTTLED') : answered(serviceRun())) } },
    )
    const outcomes = []
    for (let receives = 1; receives <= 4; receives += 1)
      outcomes.push(...(await world.outcomes(about('a'), receives)))
    expect(outcomes).toEqual(['retry', 'retry', 'parked', 'started'])
    expect(world.store.runsIn(today)).toBe(1)
    expect(world.store.all()).toMatchObject([{ state: 'IN_FLIGHT', countedIn: [today] }])
  })

  test('P7: stays counted when its Start is rejected', async () => {
    const world = capped({ perDay: 1 }, { script: { startRun: async () => refused('INVALID') } })
    expect(await world.outcomes(about('a'))).toEqual(['rejected'])
    expect(await world.outcomes(about('b'))).toEqual(['parked'])
  })

  test('replaces the request that waited for its revision, even when it parks behind the cap', async () => {
    const shows = showingAsset('4')
    const { revision: _, ...unresolved } = subject
    const waiting = parkedRun({ subject: unresolved, request: { ...origin, requestKey: 'event:x' } })
    const world = capped({ perDay: 1 }, { script: shows, runs: [waiting] })
    await world.handle(about('a'))
    expect(await world.outcomes(world.releaseMessageFor(waiting))).toEqual(['parked'])
    expect(stateOf(world.store.all())).toEqual(['IN_FLIGHT', 'CAP_FULL'])
  })
})

describe('P1: a Start of unknown outcome while the cap of the next day is full', () => {
  const earlierStart = { firstAtMs: t0 - day, lastAtMs: t0 - day + minute }
  const parked = parkedRun({
    earlierStart,
    countedIn: [{ ...today, period: 'DAY#2026-11-19' }],
  })
  const list = (...runs: ReturnType<typeof serviceRun>[]) => ({
    listRuns: async () => answered({ runs }),
    startRun: async () => answered(serviceRun({ runId: 'run-of-another' })),
  })

  test('is looked up, and its run is adopted without being counted again', async () => {
    const made = serviceRun({
      revision: '4',
      types: ['BUSINESS_DESCRIPTIONS'],
      createdAtMs: t0,
    })
    const world = capped({ perDay: 1 }, { runs: [parked], script: list(made) })
    await world.handle(about('a'))
    expect(await world.handle(world.releaseMessageFor(parked))).toMatchObject([
      { outcome: 'started', adopted: true },
    ])
    expect(world.store.runsIn(today)).toBe(1)
  })

  test('is not sent again before there is room, and is forgotten once List proves that it made no run', async () => {
    const world = capped({ perDay: 1 }, { runs: [parked], script: list() })
    await world.handle(about('a'))
    expect(await world.handle(world.releaseMessageFor(parked))).toMatchObject([
      { outcome: 'parked', run: { reason: 'CAP_FULL', retryAtMs: tomorrow } },
    ])
    expect(world.store.current(parked)).not.toHaveProperty('earlierStart')
    expect(world.datazone.starts).toHaveLength(1)
    expect(await world.outcomes(world.releaseMessageFor(parked))).toEqual(['parked'])
    expect(world.datazone.calls.filter((call) => call.startsWith('List'))).toHaveLength(1)
  })

  test('ends canceled once List has proven that there is no run', async () => {
    const toCancel = { ...parked, cancel: { requestedAtMs: t0, requestId: 'stop-1' } }
    const world = capped({ perMonth: 1 }, { runs: [toCancel], script: list() })
    await world.handle(about('a'))
    expect(await world.outcomes(world.releaseMessageFor(toCancel))).toEqual(['canceled'])
  })

  test('is parked for a minute, not until there is room, when a cancel arrives while it is looked up', async () => {
    const world = capped(
      { perMonth: 1 },
      {
        runs: [parked],
        script: {
          ...list(),
          listRuns: async () => {
            const now = world.store.current(parked)
            if (now !== undefined)
              world.store.put({
                ...now,
                version: now.version + 1,
                cancel: { requestedAtMs: t0, requestId: 'stop-1' },
              })
            return answered({ runs: [] })
          },
        },
      },
    )
    await world.handle(about('a'))
    expect(await world.handle(world.releaseMessageFor(parked))).toMatchObject([
      { outcome: 'parked', run: { reason: 'CAP_FULL', retryAtMs: t0 + minute } },
    ])
  })

  test('takes no room when it is claimed only to be canceled', async () => {
    const { countedIn: _, ...uncounted } = parked
    const run = { ...uncounted, cancel: { requestedAtMs: t0, requestId: 'stop-1' } }
    const world = capped({ perDay: 1 }, { runs: [run], script: list() })
    expect(await world.outcomes(world.releaseMessageFor(run))).toEqual(['canceled'])
    expect(world.store.runsIn(today)).toBe(0)
    expect(await world.outcomes(about('a'))).toEqual(['started'])
  })

  test('P9: waits for room before the last try of a run that has waited too long', async () => {
    const old = { ...parked, createdAtMs: t0 - 36 * day }
    const world = capped({ perDay: 1 }, { runs: [old], script: list() })
    await world.handle(about('a'))
    expect(await world.outcomes(world.releaseMessageFor(old))).toEqual(['parked'])
    world.clock.advance(day)
    expect(await world.outcomes(world.releaseMessageFor(old))).toEqual(['started'])
  })
})
