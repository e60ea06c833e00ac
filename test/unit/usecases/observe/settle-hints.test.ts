import { describe, expect, test } from 'vitest'
import type { Hint } from '../../../../lib/contracts/hint.ts'
import type { DataZone } from '../../../../lib/ports/datazone.ts'
import type { InFlightRun, Run } from '../../../../lib/run/run.ts'
import { type HandleEventsContext, handleEvents } from '../../../../lib/usecases/observe/handle-events.ts'
import { manualClock } from '../../../support/manual-clock.ts'
import { memoryRunStore, storeDown } from '../../../support/memory-run-store.ts'
import { recordingBus, recordingQueue } from '../../../support/recorders.ts'
import { claimedRun, endedRun, inFlightRun, minute, parkedRun, subject, t0 } from '../../../support/runs.ts'
import { answered, refused, scriptedDataZone, serviceRun } from '../../../support/scripted-datazone.ts'
import { defaults } from '../../../support/starter-world.ts'

const hint = (over: Partial<Hint> = {}): Hint => ({
  name: 'Metadata Generation Succeeded',
  domainId: subject.domainId,
  ids: ['run-1'],
  verdict: 'SUCCEEDED',
  ...over,
})

const run = (n: number): InFlightRun =>
  inFlightRun({ runId: `run-${n}`, subject: { ...subject, assetId: `asset-${n}` } })

type Statuses = Readonly<Record<string, string>>

const having = (statuses: Statuses): Partial<DataZone> => ({
  getRun: async (_, runId) => answered(serviceRun({ runId, nativeStatus: statuses[runId] ?? 'IN_PROGRESS' })),
  listRuns: async (_, { status }) =>
    answered({
      runs: Object.entries(statuses)
        .filter(([, is]) => is === status)
        .map(([runId, nativeStatus]) => serviceRun({ runId, nativeStatus })),
    }),
})

/** What settles hints a minute on, when each run has this status; some of it may be another. */
const observer = (
  statuses: Parameters<typeof having>[0],
  over: Partial<HandleEventsContext> = {},
): HandleEventsContext => ({
  store: memoryRunStore(),
  datazone: scriptedDataZone(having(statuses)),
  bus: recordingBus(),
  queue: recordingQueue(),
  clock: manualClock(t0 + minute),
  settings: defaults.observer,
  following: defaults.observer.following,
  deadlineMs: t0 + 2 * minute,
  ...over,
})

const settle = async (hints: readonly Hint[], runs: readonly Run[], script: Partial<DataZone>) => {
  const store = memoryRunStore(...runs)
  const datazone = scriptedDataZone(script)
  const bus = recordingBus()
  const settings = defaults.observer
  const report = await settleHints(hints, observer({}, { store, datazone, bus, settings }))
  const announced = bus.events.map(({ detail }) => `${detail.data.runId} ${detail.data.status}`)
  return { ...report, store, calls: datazone.calls, announced: announced.toSorted() }
}

const settleHints = (hints: readonly Hint[], context: HandleEventsContext) =>
  handleEvents(
    hints.map((one) => ({ kind: 'hint', hint: one })),
    context,
  )

const fatesOf = ({ hints }: { hints: readonly { address: string; fate: string }[] }) =>
  hints.map(({ address, fate }) => `${address} ${fate}`)

describe('a hint that names its run', () => {
  test('one Get, and the ending is announced at once', async () => {
    const result = await settle([hint()], [run(1)], having({ 'run-1': 'SUCCEEDED' }))
    expect(result.calls).toEqual(['Get run-1'])
    expect(result.announced).toEqual(['run-1 SUCCEEDED'])
    expect(fatesOf(result)).toEqual(['run settled'])
    expect(result.store.all()).toMatchObject([{ state: 'ENDED', announcedAtMs: t0 + minute }])
  })

  test('its verdict is no ending: what DataZone shows is', async () => {
    const result = await settle([hint()], [run(1)], having({ 'run-1': 'FAILED' }))
    expect(result.announced).toEqual(['run-1 FAILED'])
  })

  test('several that succeeded are one List, and a Get for each that it does not show', async () => {
    const hints = [1, 2, 3].map((n) => hint({ ids: [`run-${n}`] }))
    const failed = hint({ ids: ['run-4'], verdict: 'FAILED' })
    const statuses = { 'run-1': 'SUCCEEDED', 'run-2': 'SUCCEEDED', 'run-3': 'FAILED', 'run-4': 'FAILED' }
    const result = await settle([...hints, failed], [1, 2, 3, 4].map(run), having(statuses))
    expect(result.calls.toSorted()).toEqual(['Get run-3', 'Get run-4', 'List SUCCEEDED'])
    expect(result.announced).toHaveLength(4)
  })

  test('reads each id once, however many name it, and not what else is in flight', async () => {
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

  test('two that succeeded are one List too', async () => {
    const hints = [1, 2].map((n) => hint({ ids: [`run-${n}`] }))
    const statuses = { 'run-1': 'SUCCEEDED', 'run-2': 'SUCCEEDED' }
    const result = await settle(hints, [1, 2].map(run), having(statuses))
    expect(result.calls).toEqual(['List SUCCEEDED'])
  })

  test('doubled, it is one call and one event', async () => {
    const result = await settle([hint(), hint()], [run(1)], having({ 'run-1': 'SUCCEEDED' }))
    expect(result.calls).toEqual(['Get run-1'])
    expect(result.announced).toEqual(['run-1 SUCCEEDED'])
  })

  test('P11: of a run that is still going it changes nothing, and is seen again', async () => {
    const result = await settle([hint()], [run(1)], having({ 'run-1': 'IN_PROGRESS' }))
    expect(fatesOf(result)).toEqual(['run active'])
    expect(result.store.writes).toEqual([])
  })

  test('P5: late, it asks nothing and changes nothing', async () => {
    const ended = endedRun({ announcedAtMs: t0 })
    const result = await settle([hint({ verdict: 'FAILED' })], [ended], {})
    expect([result.calls, fatesOf(result), result.store.writes]).toEqual([[], ['run known'], []])
  })

  test('of another domain than the record, or of no record, asks nothing', async () => {
    const hints = [hint({ domainId: 'dzd_other' }), hint({ ids: ['foreign'] })]
    const result = await settle(hints, [run(1)], {})
    expect([result.calls, fatesOf(result)]).toEqual([[], ['nothing early', 'nothing early']])
  })

  test('what DataZone refuses is seen again', async () => {
    const result = await settle([hint()], [run(1)], { getRun: async () => refused('THROTTLED') })
    expect(fatesOf(result)).toEqual(['run active'])
    expect(result.problems).toEqual(['ThrottlingException'])
  })

  test('what cannot be read is seen again, and does not hold up the others', async () => {
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

describe('a hint that names its asset', () => {
  const about = hint({ ids: ['asset-1'] })

  test('is about the run of that asset that is going', async () => {
    const result = await settle([about], [run(1), run(2)], having({ 'run-1': 'SUCCEEDED' }))
    expect(result.calls).toEqual(['Get run-1'])
    expect(fatesOf(result)).toEqual(['asset settled'])
  })

  test.each([
    ['claimed', claimedRun()],
    ['parked with a Start in doubt', parkedRun({ earlierStart: { firstAtMs: t0, lastAtMs: t0 } })],
  ])('is early while the run is only %s, whatever its run id', async (_, given) => {
    const result = await settle([about, hint({ ids: ['run-9', 'asset-1'] })], [given], {})
    expect(fatesOf(result)).toEqual(['asset early', 'asset early'])
  })

  test('is known when nothing of that asset is going', async () => {
    const result = await settle([about], [endedRun({ announcedAtMs: t0 })], {})
    expect(fatesOf(result)).toEqual(['asset known'])
  })
})

describe('a hint that names only the domain', () => {
  test('P6: reads nothing of what only waits, however much that is', async () => {
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

  test('is one List of what ended that way, and settles as many as it stands for', async () => {
    const statuses = { 'run-1': 'SUCCEEDED', 'run-2': 'SUCCEEDED', 'run-3': 'IN_PROGRESS' }
    const result = await settle([blind(), blind(), blind()], [1, 2, 3].map(run), having(statuses))
    expect(result.calls).toEqual(['List SUCCEEDED'])
    expect(result.announced).toHaveLength(2)
    expect(fatesOf(result)).toEqual(['domain settled', 'domain settled', 'domain active'])
  })

  test('of a failure asks for the reason', async () => {
    const statuses = { 'run-1': 'FAILED', foreign: 'FAILED' }
    const result = await settle([blind('FAILED')], [run(1), run(2)], having(statuses))
    expect(result.calls).toEqual(['List FAILED', 'Get run-1'])
    expect(fatesOf(result)).toEqual(['domain settled'])
  })

  test('reads on while pages show what it is about, and no more pages than there are hints', async () => {
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
    const hear = async (hints: number, ...pages: readonly (readonly string[])[]) => {
      const { calls } = await settle(
        Array.from({ length: hints }, () => blind()),
        tracked,
        ofPages(...pages),
      )
      return calls.length
    }
    expect(await hear(1, ['foreign'])).toBe(1)
    expect(await hear(4, ['run-1', 'run-2'], ['run-3', 'foreign'])).toBe(2)
    expect(await hear(4, ['run-1', 'run-2'], ['run-3', 'run-4'], ['run-5', 'run-6'])).toBe(2)
    expect(await hear(3, ['run-1', 'run-2'])).toBe(1)
    expect(await hear(5, ['run-1', 'run-2'], ['foreign'])).toBe(2)
    expect(await hear(2, ['foreign'])).toBe(1)
  })

  test('of a status that cannot be listed leaves the others as they are, and says so', async () => {
    const script: Partial<DataZone> = {
      ...having({ 'run-1': 'CANCELED' }),
      listRuns: async (domainId, query) =>
        query.status === 'FAILED'
          ? refused('DENIED')
          : (having({ 'run-1': 'CANCELED' }).listRuns?.(domainId, query) ?? refused('INVALID')),
    }
    const result = await settle([blind('FAILED'), blind('CANCELED')], [run(1)], script)
    expect(fatesOf(result)).toEqual(['domain active', 'domain settled'])
    expect(result.problems).toEqual(['AccessDeniedException'])
  })

  test('is seen again when the table cannot tell what is going, and the others are settled', async () => {
    const store = memoryRunStore(run(1))
    store.due = () => {
      throw storeDown()
    }
    const report = await settleHints([hint(), blind()], observer({ 'run-1': 'SUCCEEDED' }, { store }))
    expect(fatesOf(report)).toEqual(['run settled', 'domain active'])
    expect(report.problems).toEqual([expect.stringMatching(/^settle by domain: /)])
  })

  test('of one run that goes on is seen again', async () => {
    const result = await settle([blind()], [run(1)], having({ 'run-1': 'IN_PROGRESS' }))
    expect(fatesOf(result)).toEqual(['domain active'])
  })

  test('asks nothing when nothing is going there', async () => {
    const result = await settle([blind()], [endedRun()], {})
    expect([result.calls, fatesOf(result)]).toEqual([[], ['domain known']])
  })
})
