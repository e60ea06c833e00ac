import * as z from 'zod/mini'
import { parseItem, workShards } from '../../../lib/adapters/dynamodb/run-item.ts'
import type { Records, UnreadableRecord } from '../../../lib/ports/run-store.ts'
import type { RunKey } from '../../../lib/run/identity.ts'
import type { Run } from '../../../lib/run/run.ts'

export type Item = Readonly<Record<string, unknown>>

/** An item at one of its versions. */
export interface Stored {
  readonly key: RunKey
  readonly bytes: number
  readonly item: Item
  /** When the `work` index has it, in ms since the epoch. Absent: never. */
  readonly workAtMs: number | undefined
  readonly record: Run | UnreadableRecord
}

const Key = z.object({ pk: z.string(), sk: z.string() })
const Work = z.object({ workShard: z.enum(workShards), workAt: z.number() })
const Expiring = z.object({ ttlEpochSeconds: z.number() })

const workAtIn = (item: Item): number | undefined => {
  if (item['workShard'] === undefined) return undefined
  const work = z.safeParse(Work, item)
  return work.success ? work.data.workAt : undefined
}

/**
 * A copy as JSON would make it, without what is undefined, and frozen: who changes a record that was read changes nothing
 * in the table, and here it throws. `count` is given the bytes of each part, about as DynamoDB counts them.
 */
const frozenCopy = (value: unknown, count: (bytes: number) => void): unknown => {
  if (typeof value === 'string') count(value.length + 1)
  else count(8)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return Object.freeze(value.map((inner) => frozenCopy(inner, count)))
  return frozenItem(value, count)
}

const frozenItem = (value: object, count: (bytes: number) => void): Item => {
  const copy: Record<string, unknown> = {}
  for (const [name, inner] of Object.entries(value)) {
    if (inner === undefined) continue
    count(name.length)
    copy[name] = frozenCopy(inner, count)
  }
  return Object.freeze(copy)
}

const deepFreeze = (value: unknown): void => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  Object.freeze(value)
  for (const inner of Object.values(value)) deepFreeze(inner)
}

const parsedItem = (item: Item): Run | UnreadableRecord => {
  const record = parseItem(item)
  deepFreeze(record)
  return record
}

export const stored = (given: Item): Stored => {
  let bytes = 0
  const item = frozenItem(given, (more) => {
    bytes += more
  })
  const { pk, sk } = z.parse(Key, item)
  let record: Run | UnreadableRecord | undefined
  return {
    key: { partition: pk, record: sk },
    bytes,
    item,
    workAtMs: workAtIn(item),
    // Most versions of most items are never read.
    get record() {
      record ??= parsedItem(item)
      return record
    },
  }
}

/** Whether it only waits, and stands in the part of the `work` index for that. */
export const isInWaiting = ({ item }: Stored): boolean => item['workShard'] === workShards.waiting

const versionOf = (found: Stored | undefined): unknown => found?.item['version']

/** Whether the item is still the record that was read. */
export const isAsRead = (found: Stored | undefined, read: Pick<Run, 'version' | 'createdAtMs'>): boolean =>
  versionOf(found) === read.version && found?.item['createdAtMs'] === read.createdAtMs

export const isAbsentOrPlanned = (found: Stored | undefined): boolean =>
  found === undefined || found.item['state'] === 'PLANNED'

export const recordsOf = (page: readonly Stored[]): Records => {
  const runs: Run[] = []
  const unreadable: UnreadableRecord[] = []
  for (const { record } of page) {
    if ('problem' in record) unreadable.push(record)
    else runs.push(record)
  }
  return { runs, unreadable }
}

const compare = <T extends string | number>(left: T, right: T): number =>
  left < right ? -1 : left > right ? 1 : 0

export const byRecord = (left: Stored, right: Stored): number => compare(left.key.record, right.key.record)

export const byWorkAt = (left: Stored, right: Stored): number =>
  compare(left.workAtMs ?? 0, right.workAtMs ?? 0) ||
  compare(left.key.partition, right.key.partition) ||
  byRecord(left, right)

/** Whether DynamoDB may delete it by now. */
export const isOver = ({ item }: Stored, nowMs: number): boolean => {
  const expiring = z.safeParse(Expiring, item)
  return expiring.success && expiring.data.ttlEpochSeconds * 1000 < nowMs
}
