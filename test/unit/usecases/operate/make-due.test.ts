import { describe, expect, test } from 'vitest'
import type { ParkedRun, Run } from '../../../../lib/run/run.ts'
import { makeDue } from '../../../../lib/usecases/operate/make-due.ts'
import { listedRun } from '../../../support/listed-run.ts'
import { memoryRunStore } from '../../../support/memory-run-store.ts'
import { endedRun, minute, parkedRun, sourceSubject, subject, t0 } from '../../../support/runs.ts'

const nowMs = t0 + 10 * minute
const nextMonthMs = Date.parse('2026-12-01T00:00:00Z')

const listed = (run: Run) => listedRun(run, 'PARKED')

const capped = (assetId: string, over: Partial<ParkedRun> = {}) =>
  parkedRun({
    subject: { ...subject, assetId },
    reason: 'CAP_FULL',
    retryAtMs: nextMonthMs,
    heldSinceMs: t0,
    ...over,
  })

const order = { reason: 'CAP_FULL', by: 'ana' } as const
const at = { now: () => nowMs }

describe('makeDue', () => {
  test('makes every listed request due now, and names the operator in its history', async () => {
    const runs = Array.from({ length: 23 }, (_, index) => capped(`asset-${index}`))
    const store = memoryRunStore(...runs)
    const seen: number[] = []
    const context = { store, clock: at, onProgress: (done: number) => void seen.push(done) }
    expect(await makeDue(runs.map(listed), order, context)).toBe(23)
    for (const run of runs)
      expect(store.current(run)).toEqual({
        ...run,
        version: run.version + 1,
        retryAtMs: nowMs,
        history: [...run.history, { atMs: nowMs, what: 'made due by ana' }],
      })
    expect(seen).toEqual([10, 20, 23])
  })

  test('makes a request for a data source due', async () => {
    const run = parkedRun({ subject: sourceSubject, reason: 'SOURCE_DAY_FULL', retryAtMs: nextMonthMs })
    const store = memoryRunStore(run)
    const sources = { ...order, reason: 'SOURCE_DAY_FULL' } as const
    expect(await makeDue([listed(run)], sources, { store, clock: at })).toBe(1)
    expect(store.current(run)).toMatchObject({ retryAtMs: nowMs })
  })

  test.each([
    ['now waits for another reason', capped('a', { reason: 'DENIED' })],
    ['has ended', endedRun({ subject: { ...subject, assetId: 'a' } })],
    ['is due already', capped('a', { retryAtMs: nowMs })],
    ['was released', capped('a', { releasedAtMs: t0 })],
  ])('leaves a request that %s unchanged', async (_, run) => {
    const store = memoryRunStore(run)
    expect(await makeDue([listed(capped('a'))], order, { store, clock: at })).toBe(0)
    expect(store.current(run)).toEqual(run)
  })

  test('does not overwrite a request that another writer changes at the same moment', async () => {
    const run = capped('a')
    const store = memoryRunStore(run)
    store.beforeWrite = () => {
      store.beforeWrite = () => {}
      store.put({ ...run, version: run.version + 1, reason: 'PAUSED' })
    }
    expect(await makeDue([listed(run)], order, { store, clock: at })).toBe(0)
    expect(store.current(run)).toMatchObject({ reason: 'PAUSED', retryAtMs: nextMonthMs })
  })

  test('ignores a request that is no longer in the table', async () => {
    expect(await makeDue([listed(capped('a'))], order, { store: memoryRunStore(), clock: at })).toBe(0)
  })
})
