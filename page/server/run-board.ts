import type { RunRow } from '../shared/protocol.ts'

/** What changed since a moment: rows as they are now, and the keys of rows that are gone. */
interface BoardChanges {
  readonly rows: readonly RunRow[]
  readonly removed: readonly string[]
}

/** The runs that the page holds, and the order in which they changed. */
export interface RunBoard {
  /** Grows by one with each change. */
  sequence(): number
  rows(): Iterable<RunRow>
  size(): number
  get(key: string): RunRow | undefined
  /** Takes a row unless a newer one is known. Returns whether anything changed. */
  put(row: RunRow): boolean
  remove(key: string): void
  /** The changes after `sequence`; undefined when that is too long ago to know them. */
  since(sequence: number): BoardChanges | undefined
  /** Calls the listener after each put or removal that changed something. Returns a function that stops it. */
  onChange(listener: (row: RunRow, before: RunRow | undefined) => void): () => void
}

/** How many changes are remembered. A viewer that is further behind gets a snapshot. */
const remembered = 5000

const isSame = (left: RunRow, right: RunRow): boolean => JSON.stringify(left) === JSON.stringify(right)

/** What an index row lacks and a record has: kept while the run is in the same state. */
const merged = (row: RunRow, before: RunRow | undefined): RunRow => {
  if (before === undefined || before.status !== row.status || before.reason !== row.reason) return row
  return { ...before, ...row }
}

/** The keys that changed, in their order, as far as they are remembered. */
const changeLog = () => {
  const changes: string[] = []
  let sequence = 0
  return {
    sequence: () => sequence,
    add: (key: string) => {
      sequence += 1
      changes.push(key)
      // In batches, because shifting an array is linear.
      if (changes.length > 2 * remembered) changes.splice(0, changes.length - remembered)
    },
    /** The keys that changed after `from`; undefined when that is too long ago to know them. */
    since: (from: number): ReadonlySet<string> | undefined => {
      const missed = sequence - from
      if (missed < 0 || missed > changes.length) return undefined
      return new Set(missed === 0 ? [] : changes.slice(-missed))
    },
  }
}

/** Holds at most `limit` runs: the ones that changed last, and all that have not ended. */
export const runBoard = (limit: number, isKept: (row: RunRow) => boolean): RunBoard => {
  const rows = new Map<string, RunRow>()
  const log = changeLog()
  const listeners = new Set<(row: RunRow, before: RunRow | undefined) => void>()
  const remove = (key: string) => {
    if (rows.delete(key)) log.add(key)
  }
  /** Rows that changed last are at the end of the map. */
  const trim = () => {
    for (const [key, row] of rows) {
      if (rows.size <= limit) return
      if (!isKept(row)) remove(key)
    }
  }
  const put = (given: RunRow): boolean => {
    const before = rows.get(given.key)
    if (before !== undefined && before.updatedAtMs > given.updatedAtMs) return false
    const row = merged(given, before)
    if (before !== undefined && isSame(before, row)) return false
    rows.delete(row.key)
    rows.set(row.key, row)
    log.add(row.key)
    if (rows.size > limit * 1.1) trim()
    for (const listener of listeners) listener(row, before)
    return true
  }
  const since = (from: number): BoardChanges | undefined => {
    const keys = log.since(from)
    if (keys === undefined) return undefined
    const now = [...keys].flatMap((key) => rows.get(key) ?? [])
    return { rows: now, removed: [...keys].filter((key) => !rows.has(key)) }
  }
  return {
    sequence: log.sequence,
    rows: () => rows.values(),
    size: () => rows.size,
    get: (key) => rows.get(key),
    put,
    remove,
    since,
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
