import { describe, expect, test } from 'vitest'
import { nextChangeMs } from './next-change.ts'

describe('nextChangeMs', () => {
  const inFlight = { state: 'IN_FLIGHT', runId: 'run-1', startedAtMs: 0, updatedAt: 100 }
  const nextAfter = (sinceMs: number, ...changesMs: readonly number[]) =>
    nextChangeMs(
      { items: [inFlight], runChanges: () => new Map([['run-1', changesMs]]), actionsMs: [] },
      sinceMs,
    )

  test('returns when the run of a record changes next', () => {
    expect(nextAfter(200, 150, 300)).toBe(300)
  })

  test('returns when a record was written, if its run had changed before', () => {
    expect(nextAfter(60, 50)).toBe(100)
  })
})
