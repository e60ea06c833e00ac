import { describe, expect, test } from 'vitest'
import { storeDown } from '../../../support/memory-run-store.ts'
import {
  claimedRun,
  endedRun,
  inFlightRun,
  minute,
  parkedRun,
  sourceSubject,
  t0,
} from '../../../support/runs.ts'
import { refused } from '../../../support/scripted-datazone.ts'
import {
  fatesOf,
  hint,
  observerWorld,
  showingSourceRun,
  statistics,
  triggered,
} from '../../../support/source-hints.ts'

const { runId: _, ...nameless } = hint()

const ours = inFlightRun({ subject: sourceSubject })

describe('a hint about a data source run of ours', () => {
  test('makes one Get, which brings the ending with its statistics', async () => {
    const { handle, bus, datazone, store } = observerWorld(
      [ours],
      showingSourceRun('SUCCESS', { statistics, lineageStatus: 'FAILED' }),
    )
    expect(fatesOf(await handle(hint(), hint()))).toEqual(['run settled', 'run settled'])
    expect(datazone.calls).toEqual(['Get run-1'])
    expect(bus.events.map(({ detail }) => detail.data)).toMatchObject([
      { status: 'SUCCEEDED', statistics, lineageStatus: 'FAILED' },
    ])
    expect(store.all()).toMatchObject([{ state: 'ENDED', announcedAtMs: t0 + minute }])
  })

  test('takes the reason of a failure from DataZone', async () => {
    const error = { name: 'ACCESS_DENIED', message: 'no permission on the catalog' }
    const { handle, bus } = observerWorld([ours], showingSourceRun('FAILED', { error }))
    await handle(hint())
    expect(bus.events.map(({ detail }) => detail.data)).toMatchObject([{ status: 'FAILED', error }])
  })

  test('reads nothing when it says that the run began', async () => {
    const { handle } = observerWorld([ours], {}, { followDataSourceRuns: [{}] })
    expect(fatesOf(await handle(triggered()))).toEqual(['run known'])
  })

  test('P11: changes nothing of an active run, and is looked at again', async () => {
    const { handle, store } = observerWorld([ours], showingSourceRun('RUNNING'))
    expect(fatesOf(await handle(hint()))).toEqual(['run active'])
    expect(store.writes).toEqual([])
  })

  test('is about the active run of the source when it names no run id', async () => {
    const { handle, datazone } = observerWorld([ours], showingSourceRun('FAILED'))
    expect(fatesOf(await handle(nameless))).toEqual(['source settled'])
    expect(datazone.calls).toEqual(['Get run-1'])
  })

  test('finds a run that the index of run ids does not show yet', async () => {
    const { handle, store } = observerWorld([ours], showingSourceRun('SUCCESS'))
    store.byRunId = async () => ({ runs: [], unreadable: [] })
    expect(fatesOf(await handle(hint()))).toEqual(['run settled'])
  })

  test.each([
    ['claimed', claimedRun({ subject: sourceSubject })],
    [
      'parked with an earlier Start',
      parkedRun({ subject: sourceSubject, earlierStart: { firstAtMs: t0, lastAtMs: t0 } }),
    ],
  ])('is early while its run is only %s', async (_name, run) => {
    const { handle } = observerWorld([run], {})
    expect(fatesOf(await handle(hint(), nameless))).toEqual(['source early', 'source early'])
  })

  test('reads nothing when it is late, of another domain, of an unknown run or without any id', async () => {
    const { handle } = observerWorld([endedRun({ subject: sourceSubject, announcedAtMs: t0 })], {})
    const { dataSourceId: _source, ...sourceless } = hint({ runId: 'run-9' })
    const hints = [hint(), hint({ domainId: 'dzd_other' }), hint({ runId: 'run-9' }), sourceless]
    expect(fatesOf(await handle(...hints))).toEqual([
      'run known',
      'source known',
      'source known',
      'nothing early',
    ])
  })

  test('is looked at again when the table cannot be read', async () => {
    const { handle, store } = observerWorld([ours], {})
    store.byRunId = async () => {
      throw storeDown()
    }
    const report = await handle(hint())
    expect(fatesOf(report)).toEqual(['nothing active'])
    expect(report.problems).toEqual(['table is unavailable: Error'])
  })

  test('needs no data source when its run id is known', async () => {
    const { handle } = observerWorld([ours], showingSourceRun('SUCCESS'))
    const { dataSourceId: _source, ...sourceless } = hint()
    expect(fatesOf(await handle(sourceless))).toEqual(['run settled'])
  })

  test('P8: is early beside an unreadable record, which it may be about', async () => {
    const { handle, store } = observerWorld([], {})
    const key = { partition: 'SOURCE#dzd_orders#source-1', record: 'RUN#x' }
    store.unreadable.push({ key, isNewer: true, problem: 'newer' })
    expect(fatesOf(await handle(hint()))).toEqual(['source early'])
  })
})

test('reports the problems of hints of both kinds together', async () => {
  const both = observerWorld([inFlightRun({ runId: 'run-5' }), ours], {
    getRun: async () => refused('DENIED'),
    getSourceRun: async () => refused('THROTTLED'),
  })
  const ofAsset = {
    name: 'Metadata Generation Succeeded',
    domainId: sourceSubject.domainId,
    ids: ['run-5'],
    verdict: 'FAILED',
  } as const
  const report = await both.handleAll({ kind: 'source-hint', hint: hint() }, { kind: 'hint', hint: ofAsset })
  expect(fatesOf(report)).toEqual(['run active', 'run active'])
  expect(report.problems).toEqual(['AccessDeniedException', 'ThrottlingException'])
})
