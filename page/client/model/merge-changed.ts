import type { RunRow } from '../../shared/protocol.ts'

const newestFirst = (left: RunRow, right: RunRow): number => right.updatedAtMs - left.updatedAtMs

/**
 * Returns the rows, newest change first, after some of them changed. `sorted` are the rows before the change; only the
 * changed ones are sorted, so that a few changes among many rows cost little. Returns `sorted` itself when nothing changed.
 */
export const mergeChanged = (
  sorted: readonly RunRow[],
  rows: ReadonlyMap<string, RunRow>,
  changedKeys: ReadonlySet<string>,
): readonly RunRow[] => {
  if (changedKeys.size === 0) return sorted
  const changed = [...changedKeys].flatMap((key) => rows.get(key) ?? []).sort(newestFirst)
  const merged: RunRow[] = []
  let next = 0
  for (const row of sorted) {
    if (changedKeys.has(row.key)) continue
    for (
      let newer = changed[next];
      newer !== undefined && newestFirst(newer, row) <= 0;
      newer = changed[next]
    ) {
      merged.push(newer)
      next += 1
    }
    merged.push(row)
  }
  for (const row of changed.slice(next)) merged.push(row)
  return merged
}
