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
  /** Stores a row unless a newer one is known. Returns whether anything changed. */
  put(row: RunRow): boolean
  remove(key: string): void
  /** Returns the changes after `sequence`, or undefined when it is further back than the board remembers. */
  since(sequence: number): BoardChanges | undefined
  /** Calls the listener after each put or removal that changed something. Returns a function that stops it. */
  onChange(listener: (row: RunRow, before: RunRow | undefined) => void): () => void
}

/** How many changes are remembered. A viewer that is further behind gets a snapshot. */
const remembered = 5000

const isSame = (left: RunRow, right: RunRow): boolean => JSON.stringify(left) === JSON.stringify(right)

/** Adds to a row of an index the fields that only the record has, as long as the run is in the same state. */
const merged = (row: RunRow, before: RunRow | undefined): RunRow => {
  if (before === undefined || before.status !== row.status || before.reason !== row.reason) return row
  return { ...before, ...row }
}

/** Remembers the keys of the last changes, in order. */
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
    /** Returns the keys that changed after `from`, or undefined when it is further back than the log. */
    since: (from: number): ReadonlySet<string> | undefined => {
      const missed = sequence - from
      if (missed < 0 || missed > changes.length) return undefined
      return new Set(missed === 0 ? [] : changes.slice(-missed))
    },
  }
}

/** The runs over the limit, those that changed longest ago first, without those to keep. */
const overflow = (rows: ReadonlyMap<string, RunRow>, limit: number, isKept: (row: RunRow) => boolean) =>
  [...rows.values()].filter((row) => !isKept(row)).slice(0, Math.max(0, rows.size - limit))

const changesIn = (rows: ReadonlyMap<string, RunRow>, keys: ReadonlySet<string>): BoardChanges => ({
  rows: [...keys].flatMap((key) => rows.get(key) ?? []),
  removed: [...keys].filter((key) => !rows.has(key)),
})

/** Holds at most `limit` runs: the ones that changed last, and all that `isKept` accepts. */
export const runBoard = (limit: number, isKept: (row: RunRow) => boolean): RunBoard => {
  /** Rows that changed last are at the end. */
  const rows = new Map<string, RunRow>()
  const log = changeLog()
  const listeners = new Set<(row: RunRow, before: RunRow | undefined) => void>()
  const remove = (key: string) => {
    if (rows.delete(key)) log.add(key)
  }
  const put = (given: RunRow): boolean => {
    const before = rows.get(given.key)
    if (before !== undefined && before.updatedAtMs > given.updatedAtMs) return false
    const row = merged(given, before)
    if (before !== undefined && isSame(before, row)) return false
    rows.delete(row.key)
    rows.set(row.key, row)
    log.add(row.key)
    // Above the limit by a tenth, because finding what to drop reads every row.
    if (rows.size > limit * 1.1) for (const { key } of overflow(rows, limit, isKept)) remove(key)
    for (const listener of listeners) listener(row, before)
    return true
  }
  return {
    sequence: log.sequence,
    rows: () => rows.values(),
    size: () => rows.size,
    get: (key) => rows.get(key),
    put,
    remove,
    since: (from) => {
      const keys = log.since(from)
      return keys === undefined ? undefined : changesIn(rows, keys)
    },
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
