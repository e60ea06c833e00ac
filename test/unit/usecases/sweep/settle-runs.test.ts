import { describe, expect, test } from 'vitest'
import type { DataZone, ServiceRun } from '../../../../lib/ports/datazone.ts'
import type { InFlightRun } from '../../../../lib/run/run.ts'
import { settleRuns } from '../../../../lib/usecases/sweep/settle-runs.ts'
import { manualClock } from '../../../support/manual-clock.ts'
import { memoryRunStore } from '../../../support/memory-run-store.ts'
import {
  endedRun,
  inFlightRun,
  minute,
  parkedRun,
  second,
  sourceSubject,
  subject,
  t0,
} from '../../../support/runs.ts'
import { answered, refused, scriptedDataZone, serviceRun } from '../../../support/scripted-datazone.ts'
import { defaults, starterWorld } from '../../../support/starter-world.ts'

const run = (n: number, ageMs = 2 * minute): InFlightRun =>
  inFlightRun({
    history: [],
    runId: `run-${n}`,
    startedAtMs: t0 - ageMs,
    subject: { ...subject, assetId: `asset-${n}` },
  })
const runs = (count: number, ageMs?: number) => Array.from({ length: count }, (_, n) => run(n, ageMs))

/** What DataZone has: the status of each run by its id. */
type Statuses = Readonly<Record<string, string>>
const shown = (statuses: Statuses, status?: string): ServiceRun[] =>
  Object.entries(statuses)
    .filter(([, is]) => status === undefined || is === status)
    .map(([runId, nativeStatus]) => serviceRun({ runId, nativeStatus }))

/** A DataZone whose pages hold `pageSize` runs. */
const having = (statuses: Statuses, pageSize = 50): Partial<DataZone> => ({
  getRun: async (_domainId, runId) => {
    const found = shown(statuses).find((candidate) => candidate.runId === runId)
    return found === undefined ? refused('NOT_FOUND') : answered(found)
  },
  listRuns: async (_domainId, { status, nextToken }) => {
    const from = Number(nextToken ?? 0)
    const all = shown(statuses, status)
    return answered({
      runs: all.slice(from, from + pageSize),
      ...(from + pageSize < all.length ? { nextToken: String(from + pageSize) } : {}),
    })
  },
})

const settle = async (
  tracked: readonly InFlightRun[],
  script: Partial<DataZone>,
  deadlineMs = t0 + minute,
  nowMs = t0,
) => {
  const store = memoryRunStore(...tracked)
  const datazone = scriptedDataZone(script)
  const clock = manualClock(nowMs)
  const settlement = await settleRuns(tracked, {
    store,
    datazone,
    clock,
    settings: defaults.sweeper,
    deadlineMs,
  })
  return {
    store,
    calls: datazone.calls,
    ...settlement,
    endings: settlement.ended.map((ended) => ended.runId).toSorted(),
  }
}

/** Settles while each List takes `callMs`, and so does each round of Gets that are made at once. */
const settleSlowly = async (
  tracked: readonly InFlightRun[],
  script: Partial<DataZone>,
  lastsMs: number,
  callMs: number,
  nowMs = t0,
) => {
  const clock = manualClock(nowMs)
  let running: Promise<void> | undefined
  const round = () => {
    running ??= new Promise<void>((resolve) =>
      setImmediate(() => {
        clock.advance(callMs)
        running = undefined
        resolve()
      }),
    )
    return running
  }
  const datazone = scriptedDataZone({
    getRun: async (...input) => {
      await round()
      return script.getRun?.(...input) ?? refused('NOT_FOUND')
    },
    listRuns: async (...input) => {
      clock.advance(callMs)
      return script.listRuns?.(...input) ?? refused('INVALID')
    },
  })
  const store = memoryRunStore(...tracked)
  const settings = defaults.sweeper
  const findings = await settleRuns(tracked, {
    store,
    datazone,
    clock,
    settings,
    deadlineMs: nowMs + lastsMs,
  })
  return {
    ...findings,
    calls: datazone.calls,
    endings: findings.ended.map(({ runId }) => runId),
    leftMs: nowMs + lastsMs - clock.now(),
  }
}

const statuses = (count: number, statusOf: (n: number) => string): Statuses =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`run-${n}`, statusOf(n)]))

test('ends a run too young to be looked for when a page that is read anyway shows it', async () => {
  const young = [run(8, second), run(9, second)]
  const ended = statuses(10, (n) => (n === 9 ? 'IN_PROGRESS' : 'SUCCEEDED'))
  const { calls, endings } = await settle([...runs(5), ...young], having(ended))
  expect(calls).toEqual(['List SUBMITTED', 'List IN_PROGRESS', 'List SUCCEEDED'])
  expect(endings).toEqual(['run-0', 'run-1', 'run-2', 'run-3', 'run-4', 'run-8'])
})

describe('a domain with few runs in flight', () => {
  test('reads each run with one Get, and sends no List', async () => {
    const { calls, endings, ended } = await settle(
      runs(3),
      having({ 'run-0': 'SUCCEEDED', 'run-1': 'IN_PROGRESS', 'run-2': 'FAILED' }),
    )
    expect(calls.toSorted()).toEqual(['Get run-0', 'Get run-1', 'Get run-2'])
    expect(endings).toEqual(['run-0', 'run-2'])
    expect(ended).toHaveLength(2)
    expect(ended).toContainEqual(expect.objectContaining({ ending: 'SUCCEEDED', version: 2 }))
    expect(ended).toContainEqual(expect.objectContaining({ ending: 'FAILED', version: 2 }))
  })

  test('P6: reads a run of any age in every sweep', async () => {
    for (const ageMs of [45 * second, 6 * minute, 61 * minute, 62 * minute, 100 * 60 * minute]) {
      const { endings } = await settle([run(0, ageMs)], having({ 'run-0': 'SUCCEEDED' }))
      expect(endings).toEqual(['run-0'])
    }
  })

  test('P11: reads nothing while no run is old enough to have ended', async () => {
    const { calls } = await settle(runs(9, 11 * second), having({}))
    expect(calls).toEqual([])
  })

  test('keeps from the Get how each type fared', async () => {
    const typeStats = [{ type: 'BUSINESS_NAMES', status: 'FAILED', errorMessage: 'no names' }]
    const { ended } = await settle([run(0)], {
      getRun: async () =>
        answered(serviceRun({ runId: 'run-0', nativeStatus: 'PARTIALLY_SUCCEEDED', typeStats })),
    })
    expect(ended).toMatchObject([{ typeStats, error: { message: 'BUSINESS_NAMES: no names' } }])
  })

  test('reports each refused Get and ends nothing', async () => {
    for (const kind of ['NOT_FOUND', 'DENIED', 'UNAVAILABLE'] as const) {
      const { ended, problems, store } = await settle(runs(2), { getRun: async () => refused(kind) })
      expect(ended).toEqual([])
      expect(problems).toHaveLength(2)
      expect(store.writes).toEqual([])
    }
  })

  test('P7: stops reading once DataZone throttles', async () => {
    const due = runs(3)
    const { calls } = await settle(due, { getRun: async () => refused('THROTTLED') })
    expect(calls.length).toBeLessThanOrEqual(due.length)
    const many = await settle(runs(40), { ...having({}), getRun: async () => refused('THROTTLED') })
    expect(many.calls.filter((call) => call.startsWith('Get')).length).toBeLessThanOrEqual(4)
  })
})

describe('a domain with many runs in flight', () => {
  test('P11: reads two Lists for fifty unchanged runs, and writes nothing', async () => {
    const { calls, store, problems } = await settle(runs(50), having(statuses(50, () => 'IN_PROGRESS')))
    expect(problems).toEqual([])
    expect(calls).toEqual(['List SUBMITTED', 'List IN_PROGRESS'])
    expect(store.writes).toEqual([])
  })

  test('lists SUBMITTED before IN_PROGRESS, so that it sees a run that moves on between the two', async () => {
    const is: Record<string, string> = { ...statuses(5, () => 'SUBMITTED') }
    const script = having(is)
    const { calls, endings } = await settle(runs(5), {
      ...script,
      listRuns: async (domainId, query) => {
        const page = await (script.listRuns ?? (() => Promise.reject(new Error('no script'))))(
          domainId,
          query,
        )
        if (query.status === 'SUBMITTED') is['run-0'] = 'IN_PROGRESS'
        return page
      },
    })
    expect(calls).toEqual(['List SUBMITTED'])
    expect(endings).toEqual([])
  })

  test('lists SUCCEEDED while a page settles at least two runs, then reads each remaining run with Get', async () => {
    const is = statuses(10, (n) => (n < 4 ? 'SUCCEEDED' : n < 6 ? 'FAILED' : 'IN_PROGRESS'))
    const { calls, endings, store } = await settle(runs(10), having(is))
    expect(calls.slice(0, 3)).toEqual(['List SUBMITTED', 'List IN_PROGRESS', 'List SUCCEEDED'])
    expect(calls.slice(3).toSorted()).toEqual(['Get run-4', 'Get run-5'])
    expect(endings).toEqual(['run-0', 'run-1', 'run-2', 'run-3', 'run-4', 'run-5'])
    expect(store.writes).toHaveLength(6)
  })

  test('reads a single missing run with Get instead of a page', async () => {
    const is = statuses(5, (n) => (n === 0 ? 'SUCCEEDED' : 'SUBMITTED'))
    const { calls } = await settle(runs(5), having(is))
    expect(calls).toEqual(['List SUBMITTED', 'List IN_PROGRESS', 'Get run-0'])
  })

  test('P11: stops paging through old endings of foreign runs at a page that settles fewer than two', async () => {
    const others = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`other-${n}`, 'SUCCEEDED']))
    const is = { ...others, ...statuses(6, () => 'SUCCEEDED') }
    const { calls, endings } = await settle(runs(6), having(is))
    expect(calls.slice(0, 3)).toEqual(['List SUBMITTED', 'List IN_PROGRESS', 'List SUCCEEDED'])
    expect(calls.slice(3).every((call) => call.startsWith('Get'))).toBe(true)
    expect(endings).toHaveLength(6)
  })

  test('reads pages of active runs until it has seen every run', async () => {
    const others = Object.fromEntries(Array.from({ length: 90 }, (_, n) => [`other-${n}`, 'IN_PROGRESS']))
    const { calls, endings } = await settle(
      runs(6),
      having({ ...others, ...statuses(6, () => 'IN_PROGRESS') }),
    )
    expect(calls).toEqual(['List SUBMITTED', 'List IN_PROGRESS', 'List IN_PROGRESS page 50'])
    expect(endings).toEqual([])
  })

  const everyGet = Array.from({ length: 6 }, (_, n) => `Get run-${n}`)

  test.each(
    (['DENIED', 'THROTTLED', 'UNAVAILABLE', 'INVALID'] as const).flatMap((kind) =>
      (['SUBMITTED', 'IN_PROGRESS'] as const).map((failing) => [kind, failing] as const),
    ),
  )('P6: reads every run with Get when DataZone answers %s to List %s', async (kind, failing) => {
    const script = having(statuses(6, (n) => (n < 4 ? 'SUCCEEDED' : 'IN_PROGRESS')))
    const { calls, endings, problems, readWithoutList } = await settle(runs(6), {
      ...script,
      listRuns: async (_domainId, query) =>
        query.status === failing ? refused(kind) : answered({ runs: [] }),
    })
    expect(calls.filter((call) => call.startsWith('List')).at(-1)).toBe(`List ${failing}`)
    expect(calls.filter((call) => call.startsWith('Get')).toSorted()).toEqual(everyGet)
    expect(endings).toEqual(['run-0', 'run-1', 'run-2', 'run-3'])
    expect(problems).toHaveLength(2)
    expect(problems[1]).toBe('List was refused: read 6 runs with Get instead')
    expect(readWithoutList).toBe(6)
  })

  test('P6: reads the rest with Get when the second page of a List is refused', async () => {
    const { calls, problems } = await settle(runs(6), {
      ...having(statuses(6, () => 'SUCCEEDED')),
      listRuns: async (_domainId, { nextToken }) =>
        nextToken === undefined
          ? answered({ runs: shown({ 'run-0': 'SUBMITTED' }), nextToken: '2' })
          : refused('THROTTLED'),
    })
    expect(calls.slice(0, 2)).toEqual(['List SUBMITTED', 'List SUBMITTED page 2'])
    expect(calls.slice(2).toSorted()).toEqual(everyGet.slice(1))
    expect(problems).toEqual(['ThrottlingException', 'List was refused: read 5 runs with Get instead'])
  })

  test('makes the Gets that replace a List oldest first, from another start in each sweep', async () => {
    const ages = [3, 9, 5, 7, 2].map((age, n) => run(n, age * minute))
    const gets = async (nowMs: number) => {
      const { calls } = await settle(
        ages,
        {
          ...having(statuses(5, () => 'IN_PROGRESS')),
          listRuns: async () => refused('DENIED'),
        },
        nowMs + minute,
        nowMs,
      )
      return calls.slice(1)
    }
    const order = ['Get run-1', 'Get run-3', 'Get run-2', 'Get run-0', 'Get run-4']
    const first = await gets(t0)
    const next = await gets(t0 + minute)
    expect(first).not.toEqual(next)
    for (const calls of [first, next]) {
      const start = order.indexOf(calls[0] ?? '')
      expect(calls).toEqual([...order.slice(start), ...order.slice(0, start)])
    }
  })

  test('P6: settles what ended when the lists of active runs are too long to be read in a sweep', async () => {
    const is = statuses(6000, (n) => (n % 6 === 0 ? 'SUCCEEDED' : 'IN_PROGRESS'))
    const script = {
      ...having(is),
      getRun: async (_domainId: string, runId: string) =>
        answered(serviceRun({ runId, nativeStatus: is[runId] ?? 'GONE' })),
    }
    const { endings, calls, problems } = await settleSlowly(runs(6000), script, 30 * second, 300)
    const lists = calls.filter((call) => call.startsWith('List'))
    expect(lists.length).toBeLessThanOrEqual(51)
    expect(lists).toContain('List SUCCEEDED')
    expect(endings.length).toBeGreaterThan(900)
    expect(problems).toEqual([expect.stringMatching(/^List took too long: read \d+ runs with Get instead$/)])
  })

  test('P6: reads each run within ten sweeps when List is too slow and shows no ending', async () => {
    const tracked = runs(10_000)
    const script: Partial<DataZone> = {
      getRun: async (_domainId, runId) => answered(serviceRun({ runId, nativeStatus: 'IN_PROGRESS' })),
      listRuns: async () => answered({ runs: [], nextToken: 'more' }),
    }
    const seen = new Set<string>()
    for (let sweep = 0; sweep < 10; sweep += 1) {
      const nowMs = t0 + sweep * minute
      const { calls } = await settleSlowly(tracked, script, 27 * second, 300, nowMs)
      for (const call of calls) if (call.startsWith('Get')) seen.add(call)
    }
    expect(seen.size).toBe(10_000)
  })

  test('falls back to Get when List SUCCEEDED fails', async () => {
    const script = having(statuses(6, () => 'SUCCEEDED'))
    const { endings, problems } = await settle(runs(6), {
      ...script,
      listRuns: async (_domainId, { status }) =>
        status === 'SUCCEEDED' ? refused('DENIED') : answered({ runs: [] }),
    })
    expect(endings).toHaveLength(6)
    expect(problems).toEqual(['AccessDeniedException'])
  })

  test('P8: reads a run of an unrecognized status, which is in no list, with one Get, and does not end it', async () => {
    const { ended, store } = await settle(runs(5), having(statuses(5, () => 'PAUSED')))
    expect(ended).toEqual([])
    expect(store.all()).toMatchObject(
      Array.from({ length: 5 }, () => ({ state: 'IN_FLIGHT', nativeStatus: 'PAUSED' })),
    )
  })

  test('P6: reads an old run that no list shows like any other', async () => {
    const old = run(9, 70 * minute)
    const is = { ...statuses(5, () => 'IN_PROGRESS'), 'run-9': 'FAILED' }
    const { calls, endings } = await settle([...runs(5), old], having(is))
    expect(calls).toEqual(['List SUBMITTED', 'List IN_PROGRESS', 'Get run-9'])
    expect(endings).toEqual(['run-9'])
  })

  test('P9: ends a run past its deadline only after a Get, whatever the lists show', async () => {
    const late = run(9, 5 * 60 * minute)
    const is = { ...statuses(5, () => 'SUBMITTED'), 'run-9': 'IN_PROGRESS' }
    const { calls, ended } = await settle([...runs(5), late], having(is))
    expect(calls).toEqual(['Get run-9', 'List SUBMITTED'])
    expect(ended).toMatchObject([{ runId: 'run-9', ending: 'TIMED_OUT', nativeStatus: 'IN_PROGRESS' }])
  })

  test('reads a run that ended past its deadline with one Get, not two', async () => {
    const late = run(9, 5 * 60 * minute)
    const is = { ...statuses(5, () => 'SUBMITTED'), 'run-9': 'SUCCEEDED' }
    const { calls, ended } = await settle([...runs(5), late], having(is))
    expect(calls).toEqual(['Get run-9', 'List SUBMITTED'])
    expect(ended).toMatchObject([{ ending: 'SUCCEEDED' }])
  })
})

describe('a record that cannot be written', () => {
  test('P9: does not hold up the others of its domain', async () => {
    const tracked = runs(3)
    const store = memoryRunStore(...tracked)
    store.beforeWrite = (next) => {
      if ('runId' in next && next.runId === 'run-0') throw new Error('poison')
    }
    const settlement = await settleRuns(tracked, {
      store,
      datazone: scriptedDataZone(having(statuses(3, () => 'SUCCEEDED'))),
      clock: manualClock(),
      settings: defaults.sweeper,
      deadlineMs: t0 + minute,
    })
    expect(settlement.ended.map((ended) => ended.runId).toSorted()).toEqual(['run-1', 'run-2'])
    expect(settlement.problems).toEqual(['poison'])
  })

  test('P5: is left to the process that ended it meanwhile, which announces it', async () => {
    const tracked = runs(1)
    const store = memoryRunStore(...tracked.map((there) => ({ ...there, version: 7 })))
    const settlement = await settleRuns(tracked, {
      store,
      datazone: scriptedDataZone(having({ 'run-0': 'SUCCEEDED' })),
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
      store: memoryRunStore(...tracked.map((there) => ({ ...there, version: 7 }))),
      datazone: scriptedDataZone(having({ 'run-0': 'PAUSED' })),
      clock: manualClock(),
      settings: defaults.sweeper,
      deadlineMs: t0 + minute,
    })
    expect(unrecognized).toEqual([])
  })
})

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

test('counts reads refused for a missing permission apart, Gets and Lists', async () => {
  expect(await settle(runs(2), { getRun: async () => refused('DENIED') })).toMatchObject({ denied: 2 })
  const listsDenied = { ...having({}), listRuns: async () => refused('DENIED') }
  expect(await settle(runs(9), listsDenied)).toMatchObject({ denied: 1 })
  expect(await settle(runs(2), { getRun: async () => refused('UNAVAILABLE') })).toMatchObject({ denied: 0 })
})

describe('P9: runs without an ending', () => {
  const hour = 60 * minute
  const day = 24 * hour

  test('times out a run that a Get shows active past its deadline', async () => {
    const { ended } = await settle([run(0, 5 * hour)], having({ 'run-0': 'IN_PROGRESS' }))
    expect(ended).toMatchObject([{ ending: 'TIMED_OUT', nativeStatus: 'IN_PROGRESS' }])
  })

  test('ends a run that ended past its deadline with the ending DataZone reports', async () => {
    const { ended } = await settle([run(0, 5 * hour)], having({ 'run-0': 'SUCCEEDED' }))
    expect(ended).toMatchObject([{ ending: 'SUCCEEDED' }])
  })

  test('leaves a run before its deadline in flight', async () => {
    const { ended } = await settle([run(0, 3 * hour)], having({ 'run-0': 'IN_PROGRESS' }))
    expect(ended).toEqual([])
  })

  /** Sweeps each minute for `forMs`, with `getRun` answering every Get. */
  const sweptFor = async (
    tracked: InFlightRun | readonly InFlightRun[],
    forMs: number,
    getRun: DataZone['getRun'],
  ) => {
    const store = memoryRunStore(...[tracked].flat())
    const clock = manualClock()
    while (clock.now() <= t0 + forMs) {
      const active = store.all().filter((there) => there.state === 'IN_FLIGHT')
      const deadlineMs = clock.now() + minute
      const datazone = scriptedDataZone({ getRun })
      await settleRuns(active, { store, clock, datazone, settings: defaults.sweeper, deadlineMs })
      clock.advance(minute)
    }
    return store
  }

  test.each(['DENIED', 'UNAVAILABLE', 'INVALID'] as const)(
    'P8, P9: notes %s past the deadline only, and times the run out a whole day later',
    async (kind) => {
      const silent = async () => refused(kind)
      expect((await sweptFor(run(0, 3 * hour), 0, silent)).writes).toEqual([])
      const late = await sweptFor(run(0, 40 * hour), day - minute, silent)
      expect(late.all()).toMatchObject([{ state: 'IN_FLIGHT', unansweredSinceMs: t0 }])
      expect(late.writes).toHaveLength(1)
      const given = await sweptFor(run(0, 40 * hour), day, silent)
      expect(given.all()).toMatchObject([{ ending: 'TIMED_OUT', detectedAtMs: t0 + day }])
    },
  )

  test('P8: clears the note when DataZone answers again', async () => {
    const away = { ...run(0, 3 * hour), unansweredSinceMs: t0 - 2 * day }
    const { ended, store } = await settle([away], having({ 'run-0': 'IN_PROGRESS' }))
    expect(ended).toEqual([])
    expect(store.all()[0]).not.toHaveProperty('unansweredSinceMs')
  })

  test('P8: ends nothing while Gets are throttled, however late the run and however long that lasts', async () => {
    const store = await sweptFor(run(0, 40 * hour), 2 * day, async () => refused('THROTTLED'))
    expect(store.all()).toMatchObject([{ state: 'IN_FLIGHT' }])
    expect(store.writes).toEqual([])
  })

  test('P9: ends a run as LOST, not TIMED_OUT, when Get answers 404 past its deadline', async () => {
    const known = { ...run(0, 40 * hour), notFoundSinceMs: t0 - hour }
    const store = await sweptFor(known, minute, async () => refused('NOT_FOUND'))
    expect(store.all()).toMatchObject([{ ending: 'LOST' }])
  })

  test('notes the first 404, and declares the run lost at another one ten minutes later', async () => {
    const age = 30 * minute
    const once = await settle([run(0, age)], having({}))
    expect(once.ended).toEqual([])
    expect(once.store.all()).toMatchObject([{ state: 'IN_FLIGHT', notFoundSinceMs: t0 }])
    const again = await settle([{ ...run(0, age), notFoundSinceMs: t0 - 10 * minute }], having({}))
    expect(again.ended).toMatchObject([{ ending: 'LOST' }])
  })

  test('ignores a 404 for a young run', async () => {
    const { store } = await settle([run(0, 4 * minute)], having({}))
    expect(store.writes).toEqual([])
  })

  test('believes a 404 from five minutes after the Start', async () => {
    const at = async (ageMs: number) => (await settle([run(0, ageMs)], having({}))).store.writes.length
    expect(await at(5 * minute - 1)).toBe(0)
    expect(await at(5 * minute)).toBe(1)
  })

  test('declares no run lost while many of the domain answer 404', async () => {
    const age = 30 * minute
    const known = runs(5, age).map((there) => ({ ...there, notFoundSinceMs: t0 - hour }))
    const { ended, problems, store } = await settle(known, having({}))
    expect(ended).toEqual([])
    expect(store.writes).toEqual([])
    expect(problems.at(-1)).toContain('none is declared lost')
  })

  test('P9: times out many runs that stay 404 a whole day after the first sweep past their deadline', async () => {
    const gone = async () => refused('NOT_FOUND')
    const late = runs(5, 40 * hour)
    const before = await sweptFor(late, day - minute, gone)
    expect(before.all()).toMatchObject(late.map(() => ({ state: 'IN_FLIGHT', unansweredSinceMs: t0 })))
    expect(before.writes).toHaveLength(5)
    const after = await sweptFor(late, day, gone)
    expect(after.all()).toMatchObject(late.map(() => ({ ending: 'TIMED_OUT', detectedAtMs: t0 + day })))
  })

  test('P8: compares the 404s with the answers, not with the questions, because a refusal is no answer', async () => {
    const known = runs(12, 30 * minute).map((there) => ({ ...there, notFoundSinceMs: t0 - hour }))
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
  ])('declares %i runs with four 404s lost only when fewer than half answer 404', async (count, lost) => {
    const known = runs(count, 30 * minute).map((there) => ({ ...there, notFoundSinceMs: t0 - hour }))
    const { endings } = await settle(known, {
      listRuns: async () => answered({ runs: [] }),
      getRun: async (_domainId, runId) =>
        Number(runId.slice('run-'.length)) < 4
          ? refused('NOT_FOUND')
          : answered(serviceRun({ runId, nativeStatus: 'PAUSED' })),
    })
    expect(endings).toEqual(lost)
  })

  test('declares a few runs lost when many others are found', async () => {
    const known = runs(12, 30 * minute).map((there) => ({ ...there, notFoundSinceMs: t0 - hour }))
    const is = statuses(12, (n) => (n < 4 ? 'GONE' : 'PAUSED'))
    const { endings } = await settle(known, {
      listRuns: async () => answered({ runs: [] }),
      getRun: async (_domainId, runId) =>
        is[runId] === 'GONE' ? refused('NOT_FOUND') : answered(serviceRun({ runId, nativeStatus: 'PAUSED' })),
    })
    expect(endings).toEqual(['run-0', 'run-1', 'run-2', 'run-3'])
  })
})

test('P6: reaches a failed run although hundreds of runs that no answer ends precede it', async () => {
  const stuck = statuses(400, (n) => (n === 399 ? 'FAILED' : 'AWAITING_REVIEW'))
  const store = memoryRunStore(...runs(400))
  const clock = manualClock()
  let sweeps = 0
  for (; sweeps < 12 && !store.all().some((run) => run.state === 'ENDED'); sweeps += 1) {
    const { getRun, listRuns } = scriptedDataZone(having(stuck))
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
  expect((await settle(runs(3), having({}), t0)).calls).toEqual([])
  expect((await settle(runs(9), having({}), t0)).calls).toEqual([])
})

test("P9: prefers the policy's deadline to the deployment's", async () => {
  const late = { ...run(0, 2 * minute), policy: { deadlineMs: minute } }
  const { ended } = await settle([late], having({ 'run-0': 'IN_PROGRESS' }))
  expect(ended).toMatchObject([{ ending: 'TIMED_OUT' }])
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

  test('P5: parks nothing for a run that another process ended meanwhile', async () => {
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

  test('parks nothing beside an attempt that was requested meanwhile', async () => {
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
  expect(await world.outcomes(world.noteAbout(waiting))).toEqual(['started'])
  expect(world.datazone.starts).toMatchObject([{ types: ['BUSINESS_NAMES'] }])
  expect(world.store.all()[1]).toMatchObject({
    state: 'IN_FLIGHT',
    attempt: 2,
    onlyTypes: ['BUSINESS_NAMES'],
  })
})
