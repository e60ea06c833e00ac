import { describe, expect, test } from 'vitest'
import { runBoard } from '../../../page/server/run-board.ts'
import { isOpenRow } from '../../../page/server/run-row.ts'
import type { RunRow } from '../../../page/shared/protocol.ts'

const row = (key: string, over: Partial<RunRow> = {}): RunRow => ({
  key,
  domainId: 'dzd_a',
  projectId: 'p',
  kind: 'asset',
  target: key,
  record: 'RUN#1',
  types: [],
  attempt: 1,
  status: 'SUCCEEDED',
  updatedAtMs: 1,
  ...over,
})

describe('runBoard', () => {
  test('returns the rows that changed since a sequence number, each once in its latest form', () => {
    const board = runBoard(100, isOpenRow)
    board.put(row('a'))
    const from = board.sequence()
    board.put(row('b', { updatedAtMs: 2 }))
    board.put(row('b', { updatedAtMs: 3 }))
    board.remove('a')
    expect(board.since(from)).toEqual({ rows: [row('b', { updatedAtMs: 3 })], removed: ['a'] })
    expect(board.since(board.sequence())).toEqual({ rows: [], removed: [] })
  })

  test('ignores a row that is older than the one it holds, or the same', () => {
    const board = runBoard(100, isOpenRow)
    board.put(row('a', { updatedAtMs: 5 }))
    expect(board.put(row('a', { updatedAtMs: 4, status: 'PARKED' }))).toBe(false)
    expect(board.put(row('a', { updatedAtMs: 5 }))).toBe(false)
    expect(board.sequence()).toBe(1)
  })

  test('keeps the fields that only the record has until the run is in another state', () => {
    const board = runBoard(100, isOpenRow)
    board.put(row('a', { status: 'PARKED', reason: 'DENIED', retryAtMs: 9 }))
    board.put(row('a', { status: 'PARKED', reason: 'DENIED', updatedAtMs: 2 }))
    expect(board.get('a')?.retryAtMs).toBe(9)
    board.put(row('a', { status: 'IN_FLIGHT', updatedAtMs: 3 }))
    expect(board.get('a')?.retryAtMs).toBeUndefined()
  })

  test('drops the rows that changed longest ago, but no open row', () => {
    const board = runBoard(10, isOpenRow)
    board.put(row('open', { status: 'IN_FLIGHT' }))
    for (let at = 0; at < 50; at += 1) board.put(row(`ended-${at}`, { updatedAtMs: at + 2 }))
    expect(board.size()).toBeLessThanOrEqual(11)
    expect(board.get('open')).toBeDefined()
    expect(board.get('ended-49')).toBeDefined()
    expect(board.get('ended-0')).toBeUndefined()
  })

  test('returns undefined for a sequence number that is too old or in the future', () => {
    const board = runBoard(100_000, isOpenRow)
    for (let at = 0; at < 10_001; at += 1) board.put(row(`r-${at}`))
    expect(board.since(0)).toBeUndefined()
    expect(board.since(board.sequence() + 1)).toBeUndefined()
  })
})
