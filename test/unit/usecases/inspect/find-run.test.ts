import { describe, expect, test } from 'vitest'
import { runKey } from '../../../../lib/run/identity.ts'
import { findRun, keyText } from '../../../../lib/usecases/inspect/find-run.ts'
import { memoryRunStore } from '../../../support/memory-run-store.ts'
import { inFlightRun, parkedRun, sourceSubject, subject } from '../../../support/runs.ts'

const running = inFlightRun({ runId: '5qh2k8c1r0d3xe' })
const waiting = parkedRun({ subject: { ...subject, revision: 'v 5/α' } })
const source = parkedRun({ subject: sourceSubject })
const store = memoryRunStore(running, waiting, source)

describe('findRun', () => {
  test('finds a run by the id that DataZone gave it', async () => {
    expect((await findRun('5qh2k8c1r0d3xe', store)).runs).toEqual([running])
  })

  test.each([
    ['of an asset', waiting],
    ['of a data source', source],
  ])('finds a run %s by the key of its record', async (_, run) => {
    expect((await findRun(keyText(runKey(run)), store)).runs).toEqual([run])
  })

  test('finds an unreadable record by its key, and none beside it', async () => {
    const { partition, record } = runKey(waiting)
    const unreadable = ['RUN#other', record].map((name) => ({
      key: { partition, record: name },
      isNewer: false,
      problem: 'state: unknown',
    }))
    const damaged = { ...store, runsOf: async () => ({ runs: [], unreadable }) }
    expect(await findRun(keyText({ partition, record }), damaged)).toEqual({
      runs: [],
      unreadable: [unreadable[1]],
    })
  })

  test.each([
    'tpcds/store_sales',
    'run 5qh2k8c1r0d3xe',
    '5qh2k8c1r0d3xe!',
    'ASSET#dzd_orders#asset-1',
    '',
    'a'.repeat(37),
    'ASSET#x#y/RUN#1#A#0001',
  ])("finds nothing for '%s'", async (named) => {
    expect(await findRun(named, store)).toEqual({ runs: [], unreadable: [] })
  })
})
