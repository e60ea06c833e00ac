import { describe, expect, test } from 'vitest'
import type { ServiceEvent } from '../../../../lib/contracts/service-event.ts'
import type { SourceHint } from '../../../../lib/contracts/source-hint.ts'
import type { DataZone } from '../../../../lib/ports/datazone.ts'
import { runKey } from '../../../../lib/run/identity.ts'
import type { Run } from '../../../../lib/run/run.ts'
import { handleEvents } from '../../../../lib/usecases/observe/handle-events.ts'
import type { FollowSettings } from '../../../../lib/usecases/observe/settle-source-hints.ts'
import { manualClock } from '../../../support/manual-clock.ts'
import { memoryRunStore, storeDown } from '../../../support/memory-run-store.ts'
import { recordingBus, recordingQueue } from '../../../support/recorders.ts'
import {
  claimedRun,
  endedRun,
  inFlightRun,
  minute,
  parkedRun,
  sourceSubject,
  t0,
} from '../../../support/runs.ts'
import { answered, refused, scriptedDataZone, sourceRun } from '../../../support/scripted-datazone.ts'
import { defaults } from '../../../support/starter-world.ts'

const hint = (over: Partial<SourceHint> = {}): SourceHint => ({
  domainId: sourceSubject.domainId,
  phase: 'ENDED',
  runId: 'run-1',
  dataSourceId: sourceSubject.dataSourceId,
  projectId: 'project-1',
  eventId: 'event-1',
  happenedAtMs: t0,
  ...over,
})
const triggered = (over: Partial<SourceHint> = {}) => hint({ phase: 'TRIGGERED', ...over })
const { runId: _, ...nameless } = hint()

const ours = inFlightRun({ subject: sourceSubject })
const showing = (nativeStatus: string, more: object = {}): Partial<DataZone> => ({
  getSourceRun: async (_domainId, runId) => answered(sourceRun({ runId, nativeStatus, ...more })),
})
const statistics = { added: 2, updated: 5 }

const world = (runs: readonly Run[], script: Partial<DataZone>, following: Partial<FollowSettings> = {}) => {
  const store = memoryRunStore(...runs)
  const datazone = scriptedDataZone(script)
  const bus = recordingBus()
  const clock = manualClock(t0 + minute)
  const hearAll = (...events: readonly ServiceEvent[]) =>
    handleEvents(events, {
      store,
      datazone,
      bus,
      queue: recordingQueue(),
      clock,
      settings: defaults.observer,
      following: { ...defaults.observer.following, ...following },
      deadlineMs: clock.now() + minute,
    })
  const hear = (...hints: readonly SourceHint[]) =>
    hearAll(...hints.map((one) => ({ kind: 'source-hint' as const, hint: one })))
  return { store, datazone, bus, clock, hear, hearAll }
}

const fatesOf = ({ hints }: { hints: readonly { address: string; fate: string }[] }) =>
  hints.map(({ address, fate }) => `${address} ${fate}`)

describe('a hint about a data source run of ours', () => {
  test('one Get tells the ending with its statistics', async () => {
    const { hear, bus, datazone, store } = world(
      [ours],
      showing('SUCCESS', { statistics, lineageStatus: 'FAILED' }),
    )
    expect(fatesOf(await hear(hint(), hint()))).toEqual(['run settled', 'run settled'])
    expect(datazone.calls).toEqual(['Get run-1'])
    expect(bus.events.map(({ detail }) => detail.data)).toMatchObject([
      { status: 'SUCCEEDED', statistics, lineageStatus: 'FAILED' },
    ])
    expect(store.all()).toMatchObject([{ state: 'ENDED', announcedAtMs: t0 + minute }])
  })

  test('tells why it failed', async () => {
    const error = { name: 'ACCESS_DENIED', message: 'no permission on the catalog' }
    const { hear, bus } = world([ours], showing('FAILED', { error }))
    await hear(hint())
    expect(bus.events.map(({ detail }) => detail.data)).toMatchObject([{ status: 'FAILED', error }])
  })

  test('that it began is no reason to look', async () => {
    const { hear } = world([ours], {}, { followDataSourceRuns: [{}] })
    expect(fatesOf(await hear(triggered()))).toEqual(['run known'])
  })

  test('P11: of a run that is going it changes nothing, and is seen again', async () => {
    const { hear, store } = world([ours], showing('RUNNING'))
    expect(fatesOf(await hear(hint()))).toEqual(['run active'])
    expect(store.writes).toEqual([])
  })

  test('without a run id it is about what is going of that source', async () => {
    const { hear, datazone } = world([ours], showing('FAILED'))
    expect(fatesOf(await hear(nameless))).toEqual(['source settled'])
    expect(datazone.calls).toEqual(['Get run-1'])
  })

  test('finds a run that the index of run ids does not show yet', async () => {
    const { hear, store } = world([ours], showing('SUCCESS'))
    store.byRunId = async () => ({ runs: [], unreadable: [] })
    expect(fatesOf(await hear(hint()))).toEqual(['run settled'])
  })

  test.each([
    ['claimed', claimedRun({ subject: sourceSubject })],
    [
      'parked with a Start in doubt',
      parkedRun({ subject: sourceSubject, earlierStart: { firstAtMs: t0, lastAtMs: t0 } }),
    ],
  ])('is early while its run is only %s', async (_name, run) => {
    const { hear } = world([run], {})
    expect(fatesOf(await hear(hint(), nameless))).toEqual(['source early', 'source early'])
  })

  test('late, of another domain, of nobody or of nothing, it asks nothing', async () => {
    const { hear } = world([endedRun({ subject: sourceSubject, announcedAtMs: t0 })], {})
    const { dataSourceId: _source, ...sourceless } = hint({ runId: 'run-9' })
    const hints = [hint(), hint({ domainId: 'dzd_other' }), hint({ runId: 'run-9' }), sourceless]
    expect(fatesOf(await hear(...hints))).toEqual([
      'run known',
      'source known',
      'source known',
      'nothing early',
    ])
  })

  test('what cannot be read is seen again', async () => {
    const { hear, store } = world([ours], {})
    store.byRunId = async () => {
      throw storeDown()
    }
    const report = await hear(hint())
    expect(fatesOf(report)).toEqual(['nothing active'])
    expect(report.problems).toEqual(['table is unavailable: Error'])
  })

  test('needs no data source where its run id is known', async () => {
    const { hear } = world([ours], showing('SUCCESS'))
    const { dataSourceId: _source, ...sourceless } = hint()
    expect(fatesOf(await hear(sourceless))).toEqual(['run settled'])
  })

  test('P8: beside a record that cannot be read it may be about that one', async () => {
    const { hear, store } = world([], {})
    const key = { partition: 'SOURCE#dzd_orders#source-1', record: 'RUN#x' }
    store.unreadable.push({ key, isNewer: true, problem: 'newer' })
    expect(fatesOf(await hear(hint()))).toEqual(['source early'])
  })
})

test('what is met with hints of both kinds is told together', async () => {
  const both = world([inFlightRun({ runId: 'run-5' }), ours], {
    getRun: async () => refused('DENIED'),
    getSourceRun: async () => refused('THROTTLED'),
  })
  const ofAsset = {
    name: 'Metadata Generation Succeeded',
    domainId: sourceSubject.domainId,
    ids: ['run-5'],
    verdict: 'FAILED',
  } as const
  const report = await both.hearAll({ kind: 'source-hint', hint: hint() }, { kind: 'hint', hint: ofAsset })
  expect(fatesOf(report)).toEqual(['run active', 'run active'])
  expect(report.problems).toEqual(['AccessDeniedException', 'ThrottlingException'])
})

describe('a run of somebody else', () => {
  const wanted = { followDataSourceRuns: [{ dataSource: 'source-*' }] }
  const foreign = triggered({ runId: 'run-9', eventId: 'event-9' })

  test('by default nobody looks at what began, not even in the table', async () => {
    const { hear, store } = world([], {})
    store.byRunId = async () => {
      throw storeDown()
    }
    expect(fatesOf(await hear(foreign))).toEqual(['nothing known'])
  })

  const { projectId: _project, ...withoutProject } = foreign
  const { runId: _run, ...withoutRun } = foreign
  const { eventId: _event, ...withoutEvent } = foreign
  test.each<[string, SourceHint, Partial<FollowSettings>]>([
    ['of another data source', { ...foreign, dataSourceId: 'elsewhere' }, {}],
    ['in mode plan', foreign, { mode: 'plan' }],
    ['in mode off', foreign, { mode: 'off' }],
    ['of a domain that is not selected', foreign, { domainIds: ['dzd_other'] }],
    ['that tells no run id', withoutRun, {}],
    ['whose event has no id', withoutEvent, {}],
  ])('is not followed %s', async (_name, told, following) => {
    const { hear, store } = world([], {}, { ...wanted, ...following })
    expect(fatesOf(await hear(told))).toEqual(['nothing known'])
    expect(store.all()).toEqual([])
  })

  test('is followed from its event on: one Get, one record, and announced at its end like ours', async () => {
    const { hear, store, datazone, bus } = world([], showing('RUNNING', { createdAtMs: t0 - minute }), wanted)
    expect(fatesOf(await hear(foreign, foreign))).toEqual(['source followed', 'source followed'])
    expect(datazone.calls).toEqual(['Get run-9'])
    expect(store.all()).toMatchObject([
      { state: 'IN_FLIGHT', subject: { foreignRunId: 'run-9' }, startedAtMs: t0 - minute },
    ])
    expect(bus.events).toEqual([])

    const later = world(store.all(), showing('SUCCESS', { statistics }), wanted)
    expect(fatesOf(await later.hear(hint({ runId: 'run-9' })))).toEqual(['run settled'])
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
    ['follows it with the project that Get shows', { projectId: 'project-7' }, 'source followed'],
    ['leaves it when the policy does not follow that project', { projectId: 'project-8' }, 'source known'],
    ['waits while Get shows none either', {}, 'source undecided'],
  ])('without a project in its event: %s', async (_, shown, fate) => {
    const following = { followDataSourceRuns: [{ project: 'project-7' }] }
    const { hear, store } = world([], showing('RUNNING', shown), following)
    expect(fatesOf(await hear(withoutProject))).toEqual([fate])
    expect(store.all().map(({ projectId }) => projectId)).toEqual(
      fate === 'source followed' ? ['project-7'] : [],
    )
  })

  test('that has ended when its event comes is announced at once, and only once', async () => {
    const { hear, bus } = world([], showing('FAILED'), wanted)
    expect(fatesOf(await hear(foreign))).toEqual(['source followed'])
    expect(fatesOf(await hear(foreign, hint({ runId: 'run-9' })))).toEqual(['run known', 'run known'])
    expect(bus.events.map(({ detailType }) => detailType)).toEqual(['Data Source Run Failed'])
  })

  test('is followed too when the event of its beginning was lost', async () => {
    const { hear, bus } = world([], showing('SUCCESS'), wanted)
    expect(fatesOf(await hear(hint({ runId: 'run-9' })))).toEqual(['source followed'])
    expect(bus.events).toHaveLength(1)
  })

  test('P1: is nobody’s while a Start of ours is open that it may be the work of', async () => {
    const claim = claimedRun({ subject: sourceSubject })
    const { hear, store } = world([claim], {}, wanted)
    expect(fatesOf(await hear(foreign))).toEqual(['source undecided'])
    store.given(inFlightRun({ subject: sourceSubject, runId: 'run-9' }))
    expect(fatesOf(await hear(foreign))).toEqual(['run known'])
    expect(store.all()).toHaveLength(1)
  })

  test('P1: is not ours when it began before that Start; when it ended says nothing of when it began', async () => {
    const claim = claimedRun({ subject: sourceSubject })
    const before = t0 - minute
    const { hear, store } = world([claim], showing('RUNNING'), wanted)
    const ended = hint({ runId: 'run-9', happenedAtMs: before })
    expect(fatesOf(await hear(ended))).toEqual(['source undecided'])
    expect(fatesOf(await hear({ ...foreign, happenedAtMs: before }))).toEqual(['source followed'])
    expect(store.all()).toMatchObject([{ startedAtMs: before }, { state: 'CLAIMED' }])
  })

  test('P1: is never on two records: whoever comes second finds the only item of its run id', async () => {
    const { hear, store } = world([], showing('RUNNING'), wanted)
    const mine = inFlightRun({ subject: sourceSubject, runId: 'run-9', version: 0 })
    store.beforeWrite = (run) => {
      store.beforeWrite = () => {}
      expect(runKey(run).record).toBe('FOREIGN#run-9')
      void store.recordRunId(mine)
    }
    expect(fatesOf(await hear(foreign))).toEqual(['source known'])
    expect(store.all().map((run) => runKey(run).record)).toEqual(['RUN#load-1#0001'])
  })

  test('P8: beside a record that cannot be read it waits', async () => {
    const { hear, store } = world([], {}, wanted)
    const key = { partition: 'SOURCE#dzd_orders#source-1', record: 'RUN#x' }
    store.unreadable.push({ key, isNewer: true, problem: 'newer' })
    expect(fatesOf(await hear(foreign))).toEqual(['source undecided'])
  })

  test.each(['NOT_FOUND', 'DENIED', 'UNAVAILABLE', 'THROTTLED'] as const)(
    'that Get does not show (%s) is looked at again',
    async (kind) => {
      const { hear, store } = world([], { getSourceRun: async () => refused(kind) }, wanted)
      expect(fatesOf(await hear(foreign))).toEqual(['source undecided'])
      expect(store.all()).toEqual([])
    },
  )

  test('that is recorded while its hint is looked at is known, without a Get', async () => {
    const { hear, store } = world([], {}, wanted)
    const { byRunId } = store
    store.byRunId = async (runId) => {
      const found = await byRunId(runId)
      const { runsOf } = store
      store.runsOf = async (target) => {
        const read = await runsOf(target)
        store.given(inFlightRun({ subject: sourceSubject, runId: 'run-9' }))
        return read
      }
      return found
    }
    expect(fatesOf(await hear(foreign))).toEqual(['source known'])
  })

  test('whose turn does not come in time is looked at again', async () => {
    const { hear, clock, store } = world([], {}, wanted)
    const { runsOf } = store
    store.runsOf = async (target) => {
      clock.advance(minute)
      return runsOf(target)
    }
    expect(fatesOf(await hear(foreign))).toEqual(['source undecided'])
  })

  test('that cannot be announced at once is left to the sweep', async () => {
    const { hear, bus, store } = world([], showing('FAILED'), wanted)
    bus.put = async () => {
      throw storeDown()
    }
    const report = await hear(foreign)
    expect(fatesOf(report)).toEqual(['source followed'])
    expect(report).toMatchObject({ announced: 0, problems: [expect.stringMatching(/^announce: /)] })
    expect(store.all()).toMatchObject([{ state: 'ENDED' }])
    expect(store.all()[0]).not.toHaveProperty('announcedAtMs')
  })

  test('that cannot be written is looked at again', async () => {
    const { hear, store } = world([], showing('RUNNING'), wanted)
    store.beforeWrite = () => {
      throw storeDown()
    }
    const report = await hear(foreign)
    expect(fatesOf(report)).toEqual(['source undecided'])
    expect(report.problems).toEqual(['follow run-9: table is unavailable: Error'])
  })
})
