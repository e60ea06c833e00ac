import { describe, expect, test } from 'vitest'
import type { Hint } from '../../../../lib/contracts/hint.ts'
import type { DataZone } from '../../../../lib/ports/datazone.ts'
import { dataZoneWith, fatesOf, hint, observer, run, settle, settleHints } from '../../../support/hints.ts'
import { memoryRunStore, storeDown } from '../../../support/memory-run-store.ts'
import { recordingBus } from '../../../support/recorders.ts'
import { endedRun, minute, parkedRun, subject, t0 } from '../../../support/runs.ts'
import { answered, refused, serviceRun } from '../../../support/scripted-datazone.ts'

describe('a hint that names its run', () => {
  test('makes one Get and announces the ending at once', async () => {
    const result = await settle([hint()], [run(1)], dataZoneWith({ 'run-1': 'SUCCEEDED' }))
    expect(result.calls).toEqual(['Get run-1'])
    expect(result.announced).toEqual(['run-1 SUCCEEDED'])
    expect(fatesOf(result)).toEqual(['run settled'])
    expect(result.store.all()).toMatchObject([{ state: 'ENDED', announcedAtMs: t0 + minute }])
  })

  test('takes the ending from DataZone, not from the verdict of the hint', async () => {
    const result = await settle([hint()], [run(1)], dataZoneWith({ 'run-1': 'FAILED' }))
    expect(result.announced).toEqual(['run-1 FAILED'])
  })

  test('lists SUCCEEDED once for several successes, and reads the runs that List does not show with Get', async () => {
    const hints = [1, 2, 3].map((n) => hint({ ids: [`run-${n}`] }))
    const failed = hint({ ids: ['run-4'], verdict: 'FAILED' })
    const statuses = { 'run-1': 'SUCCEEDED', 'run-2': 'SUCCEEDED', 'run-3': 'FAILED', 'run-4': 'FAILED' }
    const result = await settle([...hints, failed], [1, 2, 3, 4].map(run), dataZoneWith(statuses))
    expect(result.calls.toSorted()).toEqual(['Get run-3', 'Get run-4', 'List SUCCEEDED'])
    expect(result.announced).toHaveLength(4)
  })

  test('reads each id once, however many hints name it, and nothing else in flight', async () => {
    const store = memoryRunStore(run(1))
    const read: string[] = []
    const { byRunId } = store
    store.byRunId = (runId) => {
      read.push(runId)
      return byRunId(runId)
    }
    store.due = () => {
      throw storeDown()
    }
    const bus = recordingBus()
    bus.put = async () => {
      throw storeDown()
    }
    const report = await settleHints(
      [hint(), hint(), hint()],
      observer({ 'run-1': 'SUCCEEDED' }, { store, bus }),
    )
    expect(read).toEqual(['run-1'])
    expect(report).toMatchObject({ announced: 0, problems: ['announce: table is unavailable: Error'] })
  })

  test('lists SUCCEEDED once for two successes', async () => {
    const hints = [1, 2].map((n) => hint({ ids: [`run-${n}`] }))
    const statuses = { 'run-1': 'SUCCEEDED', 'run-2': 'SUCCEEDED' }
    const result = await settle(hints, [1, 2].map(run), dataZoneWith(statuses))
    expect(result.calls).toEqual(['List SUCCEEDED'])
  })

  test('leads to one call and one event when it is delivered twice', async () => {
    const result = await settle([hint(), hint()], [run(1)], dataZoneWith({ 'run-1': 'SUCCEEDED' }))
    expect(result.calls).toEqual(['Get run-1'])
    expect(result.announced).toEqual(['run-1 SUCCEEDED'])
  })

  test('P11: changes nothing of an active run, and is looked at again', async () => {
    const result = await settle([hint()], [run(1)], dataZoneWith({ 'run-1': 'IN_PROGRESS' }))
    expect(fatesOf(result)).toEqual(['run active'])
    expect(result.store.writes).toEqual([])
  })

  test('P5: reads and changes nothing after the ending', async () => {
    const ended = endedRun({ announcedAtMs: t0 })
    const result = await settle([hint({ verdict: 'FAILED' })], [ended], {})
    expect([result.calls, fatesOf(result), result.store.writes]).toEqual([[], ['run known'], []])
  })

  test('calls nothing when its domain is not that of the record, or when no record has its run id', async () => {
    const hints = [hint({ domainId: 'dzd_other' }), hint({ ids: ['foreign'] })]
    const result = await settle(hints, [run(1)], {})
    expect([result.calls, fatesOf(result)]).toEqual([[], ['nothing early', 'nothing early']])
  })

  test('is looked at again when DataZone refuses the read', async () => {
    const result = await settle([hint()], [run(1)], { getRun: async () => refused('THROTTLED') })
    expect(fatesOf(result)).toEqual(['run active'])
    expect(result.problems).toEqual(['ThrottlingException'])
  })

  test('is looked at again when the table cannot be read, and does not hold up the others', async () => {
    const store = memoryRunStore(run(2))
    const { byRunId } = store
    const report = await settleHints(
      [hint(), hint({ ids: ['run-2'] })],
      observer(
        { 'run-2': 'SUCCEEDED' },
        {
          store: {
            ...store,
            byRunId: async (runId) => {
              if (runId === 'run-1') throw storeDown()
              return byRunId(runId)
            },
          },
        },
      ),
    )
    expect(fatesOf(report)).toEqual(['nothing active', 'run settled'])
    expect(report.problems).toEqual(['table is unavailable: Error'])
  })
})

describe('a hint that names only the domain', () => {
  test('P6: reads no parked records, however many there are', async () => {
    const held = Array.from({ length: 50 }, (_, n) =>
      parkedRun({ retryAtMs: t0, subject: { ...subject, assetId: `held-${n}` } }),
    )
    const store = memoryRunStore(run(1), ...held)
    const read: string[] = []
    const { due, waiting } = store
    const watched = {
      ...store,
      due: async function* (nowMs: number) {
        for await (const page of due(nowMs)) {
          read.push(...page.runs.map(({ state }) => state))
          yield page
        }
      },
      waiting: (nowMs: number) => {
        read.push('waiting')
        return waiting(nowMs)
      },
    }
    const { ended } = await settleHints(
      [hint({ ids: [] })],
      observer({ 'run-1': 'SUCCEEDED' }, { store: watched }),
    )
    expect(ended).toHaveLength(1)
    expect(read).toEqual(['IN_FLIGHT'])
  })

  const blind = (verdict: Hint['verdict'] = 'SUCCEEDED') => hint({ ids: [], verdict })

  test('makes one List of the status it names, and settles as many runs as there are hints', async () => {
    const statuses = { 'run-1': 'SUCCEEDED', 'run-2': 'SUCCEEDED', 'run-3': 'IN_PROGRESS' }
    const result = await settle([blind(), blind(), blind()], [1, 2, 3].map(run), dataZoneWith(statuses))
    expect(result.calls).toEqual(['List SUCCEEDED'])
    expect(result.announced).toHaveLength(2)
    expect(fatesOf(result)).toEqual(['domain settled', 'domain settled', 'domain active'])
  })

  test('reads the reason of a failure with Get', async () => {
    const statuses = { 'run-1': 'FAILED', foreign: 'FAILED' }
    const result = await settle([blind('FAILED')], [run(1), run(2)], dataZoneWith(statuses))
    expect(result.calls).toEqual(['List FAILED', 'Get run-1'])
    expect(fatesOf(result)).toEqual(['domain settled'])
  })

  test('reads further pages while they show tracked runs, but no more pages than there are hints', async () => {
    const ofPages = (...pages: readonly (readonly string[])[]): Partial<DataZone> => ({
      listRuns: async (_, { nextToken }) => {
        const page = Number(nextToken ?? 0)
        return answered({
          runs: (pages[page] ?? []).map((runId) => serviceRun({ runId, nativeStatus: 'SUCCEEDED' })),
          nextToken: String(page + 1),
        })
      },
    })
    const tracked = [1, 2, 3, 4, 5, 6, 7].map(run)
    const countCalls = async (hints: number, ...pages: readonly (readonly string[])[]) => {
      const { calls } = await settle(
        Array.from({ length: hints }, () => blind()),
        tracked,
        ofPages(...pages),
      )
      return calls.length
    }
    expect(await countCalls(1, ['foreign'])).toBe(1)
    expect(await countCalls(4, ['run-1', 'run-2'], ['run-3', 'foreign'])).toBe(2)
    expect(await countCalls(4, ['run-1', 'run-2'], ['run-3', 'run-4'], ['run-5', 'run-6'])).toBe(2)
    expect(await countCalls(3, ['run-1', 'run-2'])).toBe(1)
    expect(await countCalls(5, ['run-1', 'run-2'], ['foreign'])).toBe(2)
    expect(await countCalls(2, ['foreign'])).toBe(1)
  })

  test('leaves its runs unchanged when its status cannot be listed, and reports the refusal', async () => {
    const script: Partial<DataZone> = {
      ...dataZoneWith({ 'run-1': 'CANCELED' }),
      listRuns: async (domainId, query) =>
        query.status === 'FAILED'
          ? refused('DENIED')
          : (dataZoneWith({ 'run-1': 'CANCELED' }).listRuns?.(domainId, query) ?? refused('INVALID')),
    }
    const result = await settle([blind('FAILED'), blind('CANCELED')], [run(1)], script)
    expect(fatesOf(result)).toEqual(['domain active', 'domain settled'])
    expect(result.problems).toEqual(['AccessDeniedException'])
  })

  test('is looked at again when the table cannot be read, while the others are settled', async () => {
    const store = memoryRunStore(run(1))
    store.due = () => {
      throw storeDown()
    }
    const report = await settleHints([hint(), blind()], observer({ 'run-1': 'SUCCEEDED' }, { store }))
    expect(fatesOf(report)).toEqual(['run settled', 'domain active'])
    expect(report.problems).toEqual([expect.stringMatching(/^settle by domain: /)])
  })

  test('is looked at again when its one run is still active', async () => {
    const result = await settle([blind()], [run(1)], dataZoneWith({ 'run-1': 'IN_PROGRESS' }))
    expect(fatesOf(result)).toEqual(['domain active'])
  })

  test('reads nothing when no run of the domain is active', async () => {
    const result = await settle([blind()], [endedRun()], {})
    expect([result.calls, fatesOf(result)]).toEqual([[], ['domain known']])
  })
})
