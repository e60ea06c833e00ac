import type { RunRow } from '../../../shared/protocol.ts'
import { shortened, visible } from '../../model/format.ts'

export const tally = (
  rows: readonly RunRow[],
  of: (row: RunRow) => string | undefined,
): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const row of rows) {
    const value = of(row)
    if (value !== undefined && value !== '') counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  return counts
}

export const optionsOf = (
  counts: ReadonlyMap<string, number>,
  all: string,
  word = (value: string) => value,
) => [
  ['', all] as const,
  ...[...counts.keys()].toSorted().map((value) => [value, shortened(visible(word(value)), 60)] as const),
]
