import { text } from './check/items.ts'
import type { TableWrite } from './ports/run-store.ts'

/** A span in which the result of a Start of a data source was unknown. */
export interface OpenStart {
  /** The key of the record that the Start belongs to. */
  readonly key: string
  readonly dataSourceId: string
  readonly fromMs: number
  readonly untilMs: number
}

const isOpen = ({ item }: TableWrite): boolean => item !== undefined && 'earlierStart' in item

/** Finds, in the writes of the table, the spans in which a data source had an earlier Start. */
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
