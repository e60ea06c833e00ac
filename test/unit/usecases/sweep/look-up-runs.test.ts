import { describe, expect, test } from 'vitest'
import type { DataZone } from '../../../../lib/ports/datazone.ts'
import { settleRuns } from '../../../../lib/usecases/sweep/settle-runs.ts'
import { manualClock } from '../../../support/manual-clock.ts'
import { memoryRunStore } from '../../../support/memory-run-store.ts'
import { minute, second, sourceSubject, t0 } from '../../../support/runs.ts'
import { answered, refused, scriptedDataZone, serviceRun } from '../../../support/scripted-datazone.ts'
import { dataZoneWith, run, runs, settle, settleEachMinute, statuses } from '../../../support/settling.ts'
import { defaults } from '../../../support/starter-world.ts'

test('reads each data source run with Get, because a List covers one source only', async () => {
  const sources = Array.from({ length: 8 }, (_, n) => ({
    ...run(n),
    subject: { ...sourceSubject, dataSourceId: `source-${n}` },
  }))
  const { calls } = await settle(sources, {
    getSourceRun: async (_domainId, runId) => answered(serviceRun({ runId, nativeStatus: 'RUNNING' })),
  })
  expect(calls.toSorted()).toEqual(sources.map(({ runId }) => `Get ${runId}`))
})

test('counts Gets and Lists that are refused for a missing permission separately', async () => {
  expect(await settle(runs(2), { getRun: async () => refused('DENIED') })).toMatchObject({ denied: 2 })
  const listsDenied = { ...dataZoneWith({}), listRuns: async () => refused('DENIED') }
  expect(await settle(runs(9), listsDenied)).toMatchObject({ denied: 1 })
  expect(await settle(runs(2), { getRun: async () => refused('UNAVAILABLE') })).toMatchObject({ denied: 0 })
})

describe('P9: a run that Get answers with 404', () => {
  const hour = 60 * minute

  const day = 24 * hour

  test('P9: ends a run as LOST, not TIMED_OUT, when Get answers 404 past its deadline', async () => {
    const known = { ...run(0, 40 * hour), notFoundSinceMs: t0 - hour }
    const store = await settleEachMinute(known, minute, async () => refused('NOT_FOUND'))
    expect(store.all()).toMatchObject([{ ending: 'LOST' }])
  })

  test('records the first 404, and declares the run lost after another one ten minutes later', async () => {
    const age = 30 * minute
    const once = await settle([run(0, age)], dataZoneWith({}))
    expect(once.ended).toEqual([])
    expect(once.store.all()).toMatchObject([{ state: 'IN_FLIGHT', notFoundSinceMs: t0 }])
    const again = await settle([{ ...run(0, age), notFoundSinceMs: t0 - 10 * minute }], dataZoneWith({}))
    expect(again.ended).toMatchObject([{ ending: 'LOST' }])
  })

  test('ignores a 404 for a young run', async () => {
    const { store } = await settle([run(0, 4 * minute)], dataZoneWith({}))
    expect(store.writes).toEqual([])
  })

  test('counts a 404 from five minutes after the Start', async () => {
    const at = async (ageMs: number) => (await settle([run(0, ageMs)], dataZoneWith({}))).store.writes.length
    expect(await at(5 * minute - 1)).toBe(0)
    expect(await at(5 * minute)).toBe(1)
  })

  test('declares no run lost while many Gets of the domain answer 404', async () => {
    const age = 30 * minute
    const known = runs(5, age).map((tracked) => ({ ...tracked, notFoundSinceMs: t0 - hour }))
    const { ended, problems, store } = await settle(known, dataZoneWith({}))
    expect(ended).toEqual([])
    expect(store.writes).toEqual([])
    expect(problems.at(-1)).toContain('none is declared lost')
  })

  test('P9: times out many runs that stay 404 a whole day after the first sweep past their deadline', async () => {
    const gone = async () => refused('NOT_FOUND')
    const late = runs(5, 40 * hour)
    const before = await settleEachMinute(late, day - minute, gone)
    expect(before.all()).toMatchObject(late.map(() => ({ state: 'IN_FLIGHT', unansweredSinceMs: t0 })))
    expect(before.writes).toHaveLength(5)
    const after = await settleEachMinute(late, day, gone)
    expect(after.all()).toMatchObject(late.map(() => ({ ending: 'TIMED_OUT', detectedAtMs: t0 + day })))
  })

  test('P8: compares the 404s with the answered Gets only, because a refused Get shows nothing', async () => {
    const known = runs(12, 30 * minute).map((tracked) => ({ ...tracked, notFoundSinceMs: t0 - hour }))
    const { ended, problems } = await settle(known, {
      listRuns: async () => answered({ runs: [] }),
      getRun: async (_domainId, runId) =>
        Number(runId.slice('run-'.length)) < 4 ? refused('NOT_FOUND') : refused('UNAVAILABLE'),
    })
    expect(ended).toEqual([])
    expect(problems.at(-1)).toBe('4 of 4 runs were not found: none is declared lost')
  })

  test.each([
    [8, []],
    [9, ['run-0', 'run-1', 'run-2', 'run-3']],
  ])(
    'declares the four missing runs of %i lost only when fewer than half answer 404',
    async (count, lost) => {
      const known = runs(count, 30 * minute).map((tracked) => ({ ...tracked, notFoundSinceMs: t0 - hour }))
      const { endings } = await settle(known, {
        listRuns: async () => answered({ runs: [] }),
        getRun: async (_domainId, runId) =>
          Number(runId.slice('run-'.length)) < 4
            ? refused('NOT_FOUND')
            : answered(serviceRun({ runId, nativeStatus: 'PAUSED' })),
      })
      expect(endings).toEqual(lost)
    },
  )

  test('declares a few runs lost when many others are found', async () => {
    const known = runs(12, 30 * minute).map((tracked) => ({ ...tracked, notFoundSinceMs: t0 - hour }))
    const statusOf = statuses(12, (n) => (n < 4 ? 'GONE' : 'PAUSED'))
    const { endings } = await settle(known, {
      listRuns: async () => answered({ runs: [] }),
      getRun: async (_domainId, runId) =>
        statusOf[runId] === 'GONE'
          ? refused('NOT_FOUND')
          : answered(serviceRun({ runId, nativeStatus: 'PAUSED' })),
    })
    expect(endings).toEqual(['run-0', 'run-1', 'run-2', 'run-3'])
  })
})

test('P6: reaches a failed run behind hundreds of runs that do not end', async () => {
  const stuck = statuses(400, (n) => (n === 399 ? 'FAILED' : 'AWAITING_REVIEW'))
  const store = memoryRunStore(...runs(400))
  const clock = manualClock()
  let sweeps = 0
  for (; sweeps < 12 && !store.all().some((run) => run.state === 'ENDED'); sweeps += 1) {
    const { getRun, listRuns } = scriptedDataZone(dataZoneWith(stuck))
    const slowly: DataZone['getRun'] = async (domainId, runId) => {
      clock.advance(20)
      return getRun(domainId, runId)
    }
    const datazone = { ...scriptedDataZone({}), listRuns, getRun: slowly }
    const active = store.all().filter((run) => run.state === 'IN_FLIGHT')
    // Time for half of the Gets.
    const deadlineMs = clock.now() + 4 * second
    await settleRuns(active, { store, clock, datazone, settings: defaults.sweeper, deadlineMs })
    clock.advance(minute)
  }
  expect(store.all().filter((run) => run.state === 'ENDED')).toMatchObject([{ runId: 'run-399' }])
})

test('stops reading when it is out of time', async () => {
  expect((await settle(runs(3), dataZoneWith({}), t0)).calls).toEqual([])
  expect((await settle(runs(9), dataZoneWith({}), t0)).calls).toEqual([])
})
