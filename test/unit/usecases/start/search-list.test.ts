import { describe, expect, test } from 'vitest'
import { searchList } from '../../../../lib/usecases/start/search-list.ts'
import { claimedRun, inFlightRun, minute, second, sourceSubject, subject, t0 } from '../../../support/runs.ts'
import { answered, refused, serviceRun, sourceRun } from '../../../support/scripted-datazone.ts'
import { startContext } from '../../../support/start-context.ts'

const earlierStart = { firstAtMs: t0 - 10 * minute, lastAtMs: t0 - 10 * minute }
const run = claimedRun({ createdAtMs: t0 - 11 * minute, earlierStart })
const ofSource = claimedRun({ subject: sourceSubject, createdAtMs: t0 - 11 * minute, earlierStart })
const ours = serviceRun({ createdAtMs: t0 - 10 * minute })

const showing = (...runs: readonly ReturnType<typeof serviceRun>[]) => ({
  listRuns: async () => answered({ runs }),
})

describe('searchList', () => {
  test('P1: finds the run of the same asset, types and revision', async () => {
    const context = startContext({ script: showing(ours) })
    expect(await searchList(run, [], context)).toEqual({ found: 'ours', run: ours })
  })

  test('P1: returns the first of two runs that are both ours by every field', async () => {
    const context = startContext({ script: showing(ours, { ...ours, runId: 'run-2' }) })
    expect(await searchList(run, [], context)).toEqual({ found: 'ours', run: ours })
  })

  test('reads further pages until it finds the run', async () => {
    const context = startContext({
      script: {
        listRuns: async (_, { nextToken }) =>
          answered(nextToken === undefined ? { runs: [], nextToken: '2' } : { runs: [ours] }),
      },
    })
    expect(await searchList(run, [], context)).toMatchObject({ found: 'ours' })
    expect(context.datazone.calls).toEqual(['List asset-1', 'List asset-1 page 2'])
  })

  test('ignores runs that another record holds, and returns the newest active run', async () => {
    const older = serviceRun({ runId: 'run-0', createdAtMs: t0 - 12 * minute, revision: '3' })
    const context = startContext({ script: showing(older, ours) })
    const holder = inFlightRun({ subject: { ...subject, revision: '3' }, runId: 'run-1' })
    expect(await searchList(run, [holder], context)).toEqual({ found: 'nothing', active: ours })
  })

  test('P1: returns unknown when a listed run lacks the fields that decide', async () => {
    const { types: _types, revision: _revision, ...bare } = ours
    const context = startContext({ script: showing({ ...bare, types: [] }) })
    expect(await searchList(run, [], context)).toMatchObject({
      found: 'unknown',
      error: { name: 'UnclearRun', message: expect.stringContaining('run-1') },
    })
  })

  test.each([
    ['DENIED', 'DENIED'],
    ['THROTTLED', 'UNAVAILABLE'],
  ] as const)('P1: returns unknown when List answers %s', async (kind, reason) => {
    const context = startContext({ script: { listRuns: async () => refused(kind) } })
    expect(await searchList(run, [], context)).toMatchObject({ found: 'unknown', reason })
  })

  test('P1: returns unknown when an item has no readable id', async () => {
    const listRuns = async () => answered({ runs: [], unreadableItems: 1 })
    expect(await searchList(run, [], startContext({ script: { listRuns } }))).toMatchObject({
      found: 'unknown',
      error: { name: 'UnreadableListItem' },
    })
  })

  test('P1: returns unknown, without a call, when the time of the invocation is over', async () => {
    const context = startContext({ leftMs: second / 2 })
    expect(await searchList(run, [], context)).toMatchObject({
      found: 'unknown',
      error: { name: 'OutOfTime' },
    })
    expect(context.datazone.calls).toEqual([])
  })

  test('P1: returns unknown when either of two new runs of a data source may be ours', async () => {
    const at = (runId: string) => sourceRun({ runId, createdAtMs: t0 - 10 * minute })
    const listSourceRuns = async () => answered({ runs: [at('run-a'), at('run-b')] })
    const context = startContext({ script: { listSourceRuns } })
    expect(await searchList(ofSource, [], context)).toMatchObject({
      found: 'unknown',
      error: { name: 'UnclearRun' },
    })
  })

  test('looks up the holder of a data source run, which may not be among the records read', async () => {
    const listed = sourceRun({ runId: 'run-a', createdAtMs: t0 - 10 * minute })
    const listSourceRuns = async () => answered({ runs: [listed] })
    const context = startContext({ script: { listSourceRuns } })
    expect(await searchList(ofSource, [], context)).toMatchObject({ found: 'ours' })
    const holder = { ...sourceSubject, triggerKey: 'load-0' }
    await context.store.recordRunId(inFlightRun({ subject: holder, runId: 'run-a', version: 0 }))
    expect(await searchList(ofSource, [], context)).toMatchObject({ found: 'nothing' })
  })

  test('P1: finds a data source run whose id another invocation has just recorded on this attempt', async () => {
    const listed = sourceRun({ runId: 'run-a', createdAtMs: t0 - 10 * minute })
    const listSourceRuns = async () => answered({ runs: [listed] })
    const recorded = inFlightRun({ subject: sourceSubject, runId: 'run-a' })
    const context = startContext({ runs: [recorded], script: { listSourceRuns } })
    expect(await searchList(ofSource, [], context)).toEqual({ found: 'ours', run: listed })
  })
})
