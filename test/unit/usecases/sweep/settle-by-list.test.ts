import { describe, expect, test } from 'vitest'
import type { DataZone } from '../../../../lib/ports/datazone.ts'
import { minute, second, t0 } from '../../../support/runs.ts'
import { answered, refused, serviceRun } from '../../../support/scripted-datazone.ts'
import {
  dataZoneWith,
  run,
  runs,
  settle,
  settleSlowly,
  shownRuns,
  statuses,
} from '../../../support/settling.ts'

test('ends a run too young for its own read when a page that is read anyway shows it', async () => {
  const young = [run(8, second), run(9, second)]
  const ended = statuses(10, (n) => (n === 9 ? 'IN_PROGRESS' : 'SUCCEEDED'))
  const { calls, endings } = await settle([...runs(5), ...young], dataZoneWith(ended))
  expect(calls).toEqual(['List SUBMITTED', 'List IN_PROGRESS', 'List SUCCEEDED'])
  expect(endings).toEqual(['run-0', 'run-1', 'run-2', 'run-3', 'run-4', 'run-8'])
})

describe('a domain with many runs in flight', () => {
  test('P11: reads two Lists for fifty unchanged runs, and writes nothing', async () => {
    const { calls, store, problems } = await settle(runs(50), dataZoneWith(statuses(50, () => 'IN_PROGRESS')))
    expect(problems).toEqual([])
    expect(calls).toEqual(['List SUBMITTED', 'List IN_PROGRESS'])
    expect(store.writes).toEqual([])
  })

  test('lists SUBMITTED before IN_PROGRESS, so that it sees a run that moves on between the two', async () => {
    const statusOf: Record<string, string> = { ...statuses(5, () => 'SUBMITTED') }
    const script = dataZoneWith(statusOf)
    const { calls, endings } = await settle(runs(5), {
      ...script,
      listRuns: async (domainId, query) => {
        const page = await (script.listRuns ?? (() => Promise.reject(new Error('no script'))))(
          domainId,
          query,
        )
        if (query.status === 'SUBMITTED') statusOf['run-0'] = 'IN_PROGRESS'
        return page
      },
    })
    expect(calls).toEqual(['List SUBMITTED'])
    expect(endings).toEqual([])
  })

  test('lists SUCCEEDED while a page settles at least two runs, then reads each remaining run with Get', async () => {
    const statusOf = statuses(10, (n) => (n < 4 ? 'SUCCEEDED' : n < 6 ? 'FAILED' : 'IN_PROGRESS'))
    const { calls, endings, store } = await settle(runs(10), dataZoneWith(statusOf))
    expect(calls.slice(0, 3)).toEqual(['List SUBMITTED', 'List IN_PROGRESS', 'List SUCCEEDED'])
    expect(calls.slice(3).toSorted()).toEqual(['Get run-4', 'Get run-5'])
    expect(endings).toEqual(['run-0', 'run-1', 'run-2', 'run-3', 'run-4', 'run-5'])
    expect(store.writes).toHaveLength(6)
  })

  test('reads a single missing run with Get instead of a page', async () => {
    const statusOf = statuses(5, (n) => (n === 0 ? 'SUCCEEDED' : 'SUBMITTED'))
    const { calls } = await settle(runs(5), dataZoneWith(statusOf))
    expect(calls).toEqual(['List SUBMITTED', 'List IN_PROGRESS', 'Get run-0'])
  })

  test('P11: stops paging through old endings of foreign runs at a page that settles fewer than two', async () => {
    const others = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`other-${n}`, 'SUCCEEDED']))
    const statusOf = { ...others, ...statuses(6, () => 'SUCCEEDED') }
    const { calls, endings } = await settle(runs(6), dataZoneWith(statusOf))
    expect(calls.slice(0, 3)).toEqual(['List SUBMITTED', 'List IN_PROGRESS', 'List SUCCEEDED'])
    expect(calls.slice(3).every((call) => call.startsWith('Get'))).toBe(true)
    expect(endings).toHaveLength(6)
  })

  test('reads pages of active runs until it has seen every run', async () => {
    const others = Object.fromEntries(Array.from({ length: 90 }, (_, n) => [`other-${n}`, 'IN_PROGRESS']))
    const { calls, endings } = await settle(
      runs(6),
      dataZoneWith({ ...others, ...statuses(6, () => 'IN_PROGRESS') }),
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
    const script = dataZoneWith(statuses(6, (n) => (n < 4 ? 'SUCCEEDED' : 'IN_PROGRESS')))
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
      ...dataZoneWith(statuses(6, () => 'SUCCEEDED')),
      listRuns: async (_domainId, { nextToken }) =>
        nextToken === undefined
          ? answered({ runs: shownRuns({ 'run-0': 'SUBMITTED' }), nextToken: '2' })
          : refused('THROTTLED'),
    })
    expect(calls.slice(0, 2)).toEqual(['List SUBMITTED', 'List SUBMITTED page 2'])
    expect(calls.slice(2).toSorted()).toEqual(everyGet.slice(1))
    expect(problems).toEqual(['ThrottlingException', 'List was refused: read 5 runs with Get instead'])
  })

  test('makes the Gets that replace a List oldest first, from a different run in each sweep', async () => {
    const ages = [3, 9, 5, 7, 2].map((age, n) => run(n, age * minute))
    const gets = async (nowMs: number) => {
      const { calls } = await settle(
        ages,
        {
          ...dataZoneWith(statuses(5, () => 'IN_PROGRESS')),
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

  test('P6: settles runs that ended when the lists of active runs are too long to be read in a sweep', async () => {
    const statusOf = statuses(6000, (n) => (n % 6 === 0 ? 'SUCCEEDED' : 'IN_PROGRESS'))
    const script = {
      ...dataZoneWith(statusOf),
      getRun: async (_domainId: string, runId: string) =>
        answered(serviceRun({ runId, nativeStatus: statusOf[runId] ?? 'GONE' })),
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
    const script = dataZoneWith(statuses(6, () => 'SUCCEEDED'))
    const { endings, problems } = await settle(runs(6), {
      ...script,
      listRuns: async (_domainId, { status }) =>
        status === 'SUCCEEDED' ? refused('DENIED') : answered({ runs: [] }),
    })
    expect(endings).toHaveLength(6)
    expect(problems).toEqual(['AccessDeniedException'])
  })

  test('P8: reads a run of an unrecognized status, which is in no list, with one Get, and does not end it', async () => {
    const { ended, store } = await settle(runs(5), dataZoneWith(statuses(5, () => 'PAUSED')))
    expect(ended).toEqual([])
    expect(store.all()).toMatchObject(
      Array.from({ length: 5 }, () => ({ state: 'IN_FLIGHT', nativeStatus: 'PAUSED' })),
    )
  })

  test('P6: reads an old run that no list shows like any other', async () => {
    const old = run(9, 70 * minute)
    const statusOf = { ...statuses(5, () => 'IN_PROGRESS'), 'run-9': 'FAILED' }
    const { calls, endings } = await settle([...runs(5), old], dataZoneWith(statusOf))
    expect(calls).toEqual(['List SUBMITTED', 'List IN_PROGRESS', 'Get run-9'])
    expect(endings).toEqual(['run-9'])
  })

  test('P9: ends a run past its deadline only after a Get, whatever the lists show', async () => {
    const late = run(9, 5 * 60 * minute)
    const statusOf = { ...statuses(5, () => 'SUBMITTED'), 'run-9': 'IN_PROGRESS' }
    const { calls, ended } = await settle([...runs(5), late], dataZoneWith(statusOf))
    expect(calls).toEqual(['Get run-9', 'List SUBMITTED'])
    expect(ended).toMatchObject([{ runId: 'run-9', ending: 'TIMED_OUT', nativeStatus: 'IN_PROGRESS' }])
  })

  test('reads a run that ended past its deadline with one Get, not two', async () => {
    const late = run(9, 5 * 60 * minute)
    const statusOf = { ...statuses(5, () => 'SUBMITTED'), 'run-9': 'SUCCEEDED' }
    const { calls, ended } = await settle([...runs(5), late], dataZoneWith(statusOf))
    expect(calls).toEqual(['Get run-9', 'List SUBMITTED'])
    expect(ended).toMatchObject([{ ending: 'SUCCEEDED' }])
  })
})
