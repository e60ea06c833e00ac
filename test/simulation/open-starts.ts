import { text } from './check/items.ts'
import type { TableWrite } from './ports/run-store.ts'

/** A time in which nothing showed whether a Start of ours had made a run of a data source. */
export interface OpenStart {
  /** The key of the record whose Start it is. */
  readonly key: string
  readonly dataSourceId: string
  readonly fromMs: number
  readonly untilMs: number
}

const isOpen = ({ item }: TableWrite): boolean => item !== undefined && 'earlierStart' in item

/** Finds, in the writes of the table, when an earlier Start of a data source was open. */
export const openStarts = (writes: readonly TableWrite[]): readonly OpenStart[] => {
  const found: OpenStart[] = []
  const open = new Map<string, Omit<OpenStart, 'untilMs'>>()
  for (const write of writes) {
    const { key, atMs, item } = write
    const before = open.get(key)
    const dataSourceId = text(item ?? {}, 'dataSourceId')
    if (!isOpen(write) && before !== undefined) {
      found.push({ ...before, untilMs: atMs })
      open.delete(key)
    } else if (isOpen(write) && before === undefined && dataSourceId !== undefined)
      open.set(key, { key, dataSourceId, fromMs: atMs })
  }
  return [...found, ...[...open.values()].map((one) => ({ ...one, untilMs: Number.POSITIVE_INFINITY }))]
}
