import { describe, expect, test } from 'vitest'
import type { SourceHint } from '../../../../lib/contracts/source-hint.ts'
import { runKey } from '../../../../lib/run/identity.ts'
import type { FollowSettings } from '../../../../lib/usecases/observe/settle-source-hints.ts'
import { storeDown } from '../../../support/memory-run-store.ts'
import { claimedRun, inFlightRun, minute, sourceSubject, t0 } from '../../../support/runs.ts'
import { refused } from '../../../support/scripted-datazone.ts'
import {
  fatesOf,
  hint,
  observerWorld,
  showingSourceRun,
  statistics,
  triggered,
} from '../../../support/source-hints.ts'

describe('a foreign run', () => {
  const wanted = { followDataSourceRuns: [{ dataSource: 'source-*' }] }
  const foreign = triggered({ runId: 'run-9', eventId: 'event-9' })

  test('costs no read by default when it begins, not even of the table', async () => {
    const { handle, store } = observerWorld([], {})
    store.byRunId = async () => {
      throw storeDown()
    }
    expect(fatesOf(await handle(foreign))).toEqual(['nothing known'])
  })

  const { projectId: _project, ...withoutProject } = foreign
  const { runId: _run, ...withoutRun } = foreign
  const { eventId: _event, ...withoutEvent } = foreign
  test.each<[string, SourceHint, Partial<FollowSettings>]>([
    ['when it belongs to another data source', { ...foreign, dataSourceId: 'elsewhere' }, {}],
    ['in mode plan', foreign, { mode: 'plan' }],
    ['in mode off', foreign, { mode: 'off' }],
    ['when its domain is not selected', foreign, { domainIds: ['dzd_other'] }],
    ['when its event names no run id', withoutRun, {}],
    ['when its event has no id', withoutEvent, {}],
  ])('is not followed %s', async (_name, event, following) => {
    const { handle, store } = observerWorld([], {}, { ...wanted, ...following })
    expect(fatesOf(await handle(event))).toEqual(['nothing known'])
    expect(store.all()).toEqual([])
  })

  test('is followed from its event on with one Get and one record, and announced at its end like a run of ours', async () => {
    const { handle, store, datazone, bus } = observerWorld(
      [],
      showingSourceRun('RUNNING', { createdAtMs: t0 - minute }),
      wanted,
    )
    expect(fatesOf(await handle(foreign, foreign))).toEqual(['source followed', 'source followed'])
    expect(datazone.calls).toEqual(['Get run-9'])
    expect(store.all()).toMatchObject([
      { state: 'IN_FLIGHT', subject: { foreignRunId: 'run-9' }, startedAtMs: t0 - minute },
    ])
    expect(bus.events).toEqual([])

    const later = observerWorld(store.all(), showingSourceRun('SUCCESS', { statistics }), wanted)
    expect(fatesOf(await later.handle(hint({ runId: 'run-9' })))).toEqual(['run settled'])
    expect(later.bus.events).toMatchObject([
      {
        detailType: 'Data Source Run Succeeded',
        detail: {
          metadata: { causationId: 'event-9' },
          data: {
            foreign: true,
            dataSource: { id: 'source-1' },
            runId: 'run-9',
            willRetry: false,
            statistics,
          },
        },
      },
    ])
    expect(later.bus.events[0]?.detail.data.dataSource).not.toHaveProperty('triggerKey')
  })

  test.each([
    ['is followed with the project that Get shows', { projectId: 'project-7' }, 'source followed'],
    [
      'is not followed with a project of Get that the policy leaves out',
      { projectId: 'project-8' },
      'source known',
    ],
    ['is undecided without a project from Get', {}, 'source undecided'],
  ])('%s when its event names no project', async (_, shown, fate) => {
    const following = { followDataSourceRuns: [{ project: 'project-7' }] }
    const { handle, store } = observerWorld([], showingSourceRun('RUNNING', shown), following)
    expect(fatesOf(await handle(withoutProject))).toEqual([fate])
    expect(store.all().map(({ projectId }) => projectId)).toEqual(
      fate === 'source followed' ? ['project-7'] : [],
    )
  })

  test('is announced at once, and only once, when it has ended before its event arrives', async () => {
    const { handle, bus } = observerWorld([], showingSourceRun('FAILED'), wanted)
    expect(fatesOf(await handle(foreign))).toEqual(['source followed'])
    expect(fatesOf(await handle(foreign, hint({ runId: 'run-9' })))).toEqual(['run known', 'run known'])
    expect(bus.events.map(({ detailType }) => detailType)).toEqual(['Data Source Run Failed'])
  })

  test('is followed when only the event of its end arrives', async () => {
    const { handle, bus } = observerWorld([], showingSourceRun('SUCCESS'), wanted)
    expect(fatesOf(await handle(hint({ runId: 'run-9' })))).toEqual(['source followed'])
    expect(bus.events).toHaveLength(1)
  })

  test('P1: is undecided while a Start of ours may have made it', async () => {
    const claim = claimedRun({ subject: sourceSubject })
    const { handle, store } = observerWorld([claim], {}, wanted)
    expect(fatesOf(await handle(foreign))).toEqual(['source undecided'])
    store.put(inFlightRun({ subject: sourceSubject, runId: 'run-9' }))
    expect(fatesOf(await handle(foreign))).toEqual(['run known'])
    expect(store.all()).toHaveLength(1)
  })

  test('P1: is followed when it began before that Start, but not because it ended before that Start', async () => {
    const claim = claimedRun({ subject: sourceSubject })
    const before = t0 - minute
    const { handle, store } = observerWorld([claim], showingSourceRun('RUNNING'), wanted)
    const ended = hint({ runId: 'run-9', happenedAtMs: before })
    expect(fatesOf(await handle(ended))).toEqual(['source undecided'])
    expect(fatesOf(await handle({ ...foreign, happenedAtMs: before }))).toEqual(['source followed'])
    expect(store.all()).toMatchObject([{ startedAtMs: before }, { state: 'CLAIMED' }])
  })

  test('P1: is on one record only, because its run id has one item', async () => {
    const { handle, store } = observerWorld([], showingSourceRun('RUNNING'), wanted)
    const mine = inFlightRun({ subject: sourceSubject, runId: 'run-9', version: 0 })
    store.beforeWrite = (run) => {
      store.beforeWrite = () => {}
      expect(runKey(run).record).toBe('FOREIGN#run-9')
      void store.recordRunId(mine)
    }
    expect(fatesOf(await handle(foreign))).toEqual(['source known'])
    expect(store.all().map((run) => runKey(run).record)).toEqual(['RUN#load-1#0001'])
  })

  test('P8: is undecided beside an unreadable record', async () => {
    const { handle, store } = observerWorld([], {}, wanted)
    const key = { partition: 'SOURCE#dzd_orders#source-1', record: 'RUN#x' }
    store.unreadable.push({ key, isNewer: true, problem: 'newer' })
    expect(fatesOf(await handle(foreign))).toEqual(['source undecided'])
  })

  test.each(['NOT_FOUND', 'DENIED', 'UNAVAILABLE', 'THROTTLED'] as const)(
    'is looked at again when Get answers %s',
    async (kind) => {
      const { handle, store } = observerWorld([], { getSourceRun: async () => refused(kind) }, wanted)
      expect(fatesOf(await handle(foreign))).toEqual(['source undecided'])
      expect(store.all()).toEqual([])
    },
  )

  test('is known, without a Get, when it is recorded while its hint is handled', async () => {
    const { handle, store } = observerWorld([], {}, wanted)
    const { byRunId } = store
    store.byRunId = async (runId) => {
      const found = await byRunId(runId)
      const { runsOf } = store
      store.runsOf = async (target) => {
        const read = await runsOf(target)
        store.put(inFlightRun({ subject: sourceSubject, runId: 'run-9' }))
        return read
      }
      return found
    }
    expect(fatesOf(await handle(foreign))).toEqual(['source known'])
  })

  test('is looked at again when its turn does not come in time', async () => {
    const { handle, clock, store } = observerWorld([], {}, wanted)
    const { runsOf } = store
    store.runsOf = async (target) => {
      clock.advance(minute)
      return runsOf(target)
    }
    expect(fatesOf(await handle(foreign))).toEqual(['source undecided'])
  })

  test('is left to the sweep when it cannot be announced at once', async () => {
    const { handle, bus, store } = observerWorld([], showingSourceRun('FAILED'), wanted)
    bus.put = async () => {
      throw storeDown()
    }
    const report = await handle(foreign)
    expect(fatesOf(report)).toEqual(['source followed'])
    expect(report).toMatchObject({ announced: 0, problems: [expect.stringMatching(/^announce: /)] })
    expect(store.all()).toMatchObject([{ state: 'ENDED' }])
    expect(store.all()[0]).not.toHaveProperty('announcedAtMs')
  })

  test('is looked at again when it cannot be written', async () => {
    const { handle, store } = observerWorld([], showingSourceRun('RUNNING'), wanted)
    store.beforeWrite = () => {
      throw storeDown()
    }
    const report = await handle(foreign)
    expect(fatesOf(report)).toEqual(['source undecided'])
    expect(report.problems).toEqual(['follow run-9: table is unavailable: Error'])
  })
})
