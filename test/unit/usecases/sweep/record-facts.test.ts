import { describe, expect, test } from 'vitest'
import type { DataZone } from '../../../../lib/ports/datazone.ts'
import { settleRuns } from '../../../../lib/usecases/sweep/settle-runs.ts'
import { manualClock } from '../../../support/manual-clock.ts'
import { memoryRunStore } from '../../../support/memory-run-store.ts'
import { endedRun, minute, parkedRun, subject, t0 } from '../../../support/runs.ts'
import { answered, refused, scriptedDataZone, serviceRun } from '../../../support/scripted-datazone.ts'
import { dataZoneWith, run, runs, settle, settleEachMinute, statuses } from '../../../support/settling.ts'
import { defaults, starterWorld } from '../../../support/starter-world.ts'

describe('a record that cannot be written', () => {
  test('P9: does not hold up the others of its domain', async () => {
    const tracked = runs(3)
    const store = memoryRunStore(...tracked)
    store.beforeWrite = (next) => {
      if ('runId' in next && next.runId === 'run-0') throw new Error('poison')
    }
    const settlement = await settleRuns(tracked, {
      store,
      datazone: scriptedDataZone(dataZoneWith(statuses(3, () => 'SUCCEEDED'))),
      clock: manualClock(),
      settings: defaults.sweeper,
      deadlineMs: t0 + minute,
    })
    expect(settlement.ended.map((ended) => ended.runId).toSorted()).toEqual(['run-1', 'run-2'])
    expect(settlement.problems).toEqual(['poison'])
  })

  test('P5: is left to the process that ended it meanwhile, which announces it', async () => {
    const tracked = runs(1)
    const store = memoryRunStore(...tracked.map((one) => ({ ...one, version: 7 })))
    const settlement = await settleRuns(tracked, {
      store,
      datazone: scriptedDataZone(dataZoneWith({ 'run-0': 'SUCCEEDED' })),
      clock: manualClock(),
      settings: defaults.sweeper,
      deadlineMs: t0 + minute,
    })
    expect(settlement).toEqual({
      ended: [],
      problems: [],
      denied: 0,
      readWithoutList: 0,
      isCut: false,
      unrecognized: [],
    })
  })

  test('has its unrecognized status reported by the process that writes it', async () => {
    const tracked = runs(1)
    const { unrecognized } = await settleRuns(tracked, {
      store: memoryRunStore(...tracked.map((one) => ({ ...one, version: 7 }))),
      datazone: scriptedDataZone(dataZoneWith({ 'run-0': 'PAUSED' })),
      clock: manualClock(),
      settings: defaults.sweeper,
      deadlineMs: t0 + minute,
    })
    expect(unrecognized).toEqual([])
  })
})

describe('P9: a run past its deadline', () => {
  const hour = 60 * minute

  const day = 24 * hour

  test('times out a run that a Get shows active past its deadline', async () => {
    const { ended } = await settle([run(0, 5 * hour)], dataZoneWith({ 'run-0': 'IN_PROGRESS' }))
    expect(ended).toMatchObject([{ ending: 'TIMED_OUT', nativeStatus: 'IN_PROGRESS' }])
  })

  test('ends a run that ended past its deadline with the ending DataZone reports', async () => {
    const { ended } = await settle([run(0, 5 * hour)], dataZoneWith({ 'run-0': 'SUCCEEDED' }))
    expect(ended).toMatchObject([{ ending: 'SUCCEEDED' }])
  })

  test('leaves a run before its deadline in flight', async () => {
    const { ended } = await settle([run(0, 3 * hour)], dataZoneWith({ 'run-0': 'IN_PROGRESS' }))
    expect(ended).toEqual([])
  })

  test.each(['DENIED', 'UNAVAILABLE', 'INVALID'] as const)(
    'P8, P9: records %s only past the deadline, and times the run out a whole day later',
    async (kind) => {
      const silent = async () => refused(kind)
      expect((await settleEachMinute(run(0, 3 * hour), 0, silent)).writes).toEqual([])
      const late = await settleEachMinute(run(0, 40 * hour), day - minute, silent)
      expect(late.all()).toMatchObject([{ state: 'IN_FLIGHT', unansweredSinceMs: t0 }])
      expect(late.writes).toHaveLength(1)
      const given = await settleEachMinute(run(0, 40 * hour), day, silent)
      expect(given.all()).toMatchObject([{ ending: 'TIMED_OUT', detectedAtMs: t0 + day }])
    },
  )

  test('P8: clears unansweredSinceMs when DataZone answers again', async () => {
    const away = { ...run(0, 3 * hour), unansweredSinceMs: t0 - 2 * day }
    const { ended, store } = await settle([away], dataZoneWith({ 'run-0': 'IN_PROGRESS' }))
    expect(ended).toEqual([])
    expect(store.all()[0]).not.toHaveProperty('unansweredSinceMs')
  })

  test('P8: ends no run while Gets are throttled, however late the run is and however long the throttling lasts', async () => {
    const store = await settleEachMinute(run(0, 40 * hour), 2 * day, async () => refused('THROTTLED'))
    expect(store.all()).toMatchObject([{ state: 'IN_FLIGHT' }])
    expect(store.writes).toEqual([])
  })

  test("P9: prefers the policy's deadline to the deployment's", async () => {
    const late = { ...run(0, 2 * minute), policy: { deadlineMs: minute } }
    const { ended } = await settle([late], dataZoneWith({ 'run-0': 'IN_PROGRESS' }))
    expect(ended).toMatchObject([{ ending: 'TIMED_OUT' }])
  })
})

describe('retry', () => {
  const policy = { retry: { attempts: 2, delayMs: 5 * minute } }
  const both = ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'] as const
  const tried = { ...run(0), subject: { ...run(0).subject, types: both }, policy }
  const partly: Partial<DataZone> = {
    getRun: async () =>
      answered(
        serviceRun({
          runId: 'run-0',
          nativeStatus: 'PARTIALLY_SUCCEEDED',
          typeStats: [
            { type: 'BUSINESS_DESCRIPTIONS', status: 'SUCCEEDED' },
            { type: 'BUSINESS_NAMES', status: 'FAILED' },
          ],
        }),
      ),
  }

  test('P2: parks the failed types in the write that records the ending', async () => {
    const { store, ended } = await settle([tried], partly)
    expect(store.writes).toHaveLength(1)
    expect(ended).toMatchObject([{ ending: 'PARTIALLY_SUCCEEDED', willRetry: true }])
    expect(store.all()).toMatchObject([
      { state: 'ENDED' },
      { state: 'PARKED', reason: 'RETRY', attempt: 2, onlyTypes: ['BUSINESS_NAMES'] },
    ])
  })

  test('P5: parks no retry of a run that another process ended meanwhile', async () => {
    const store = memoryRunStore({ ...tried, version: 7 })
    const settlement = await settleRuns([tried], {
      store,
      datazone: scriptedDataZone(partly),
      clock: manualClock(),
      settings: defaults.sweeper,
      deadlineMs: t0 + minute,
    })
    expect(settlement).toMatchObject({ ended: [], problems: [], unrecognized: [] })
    expect(store.all()).toHaveLength(1)
  })

  test('parks no retry beside an attempt that was requested meanwhile', async () => {
    const store = memoryRunStore(tried, parkedRun({ subject: tried.subject, attempt: 2 }))
    const { ended } = await settleRuns([tried], {
      store,
      datazone: scriptedDataZone(partly),
      clock: manualClock(),
      settings: defaults.sweeper,
      deadlineMs: t0 + minute,
    })
    expect(ended.map(({ willRetry }) => willRetry)).toEqual([undefined])
    expect(store.all()).toMatchObject([{ state: 'ENDED' }, { state: 'PARKED', reason: 'THROTTLED' }])
  })
})

test('starts only the types that it retries', async () => {
  const subjectOfBoth = { ...subject, types: ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'] as const }
  const waiting = parkedRun({
    subject: subjectOfBoth,
    attempt: 2,
    retriesBefore: 1,
    onlyTypes: ['BUSINESS_NAMES'],
    reason: 'RETRY',
  })
  const world = starterWorld({ runs: [endedRun({ subject: subjectOfBoth, ending: 'FAILED' }), waiting] })
  expect(await world.outcomes(world.releaseMessageFor(waiting))).toEqual(['started'])
  expect(world.datazone.starts).toMatchObject([{ types: ['BUSINESS_NAMES'] }])
  expect(world.store.all()[1]).toMatchObject({
    state: 'IN_FLIGHT',
    attempt: 2,
    onlyTypes: ['BUSINESS_NAMES'],
  })
})
