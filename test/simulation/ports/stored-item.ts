import * as z from 'zod/mini'
import { parseItem, workShards } from '../../../lib/adapters/dynamodb/run-item.ts'
import type { Records, UnreadableRecord } from '../../../lib/ports/run-store.ts'
import type { RunKey } from '../../../lib/run/identity.ts'
import type { Run } from '../../../lib/run/run.ts'

export type Item = Readonly<Record<string, unknown>>

/** One version of an item. */
export interface Stored {
  readonly key: RunKey
  readonly bytes: number
  readonly item: Item
  /** Its time in the `work` index, in ms since the epoch. Undefined: the index does not have it. */
  readonly workAtMs: number | undefined
  readonly record: Run | UnreadableRecord
}

const Expiring = z.object({ ttlEpochSeconds: z.number() })

const isWorkShard = (value: unknown): boolean => value === workShards.work || value === workShards.waiting

const workAtIn = (item: Item): number | undefined => {
  const { workShard, workAt } = item
  return isWorkShard(workShard) && typeof workAt === 'number' ? workAt : undefined
}

/** Returns the bytes of a value without its parts, about as DynamoDB counts them. */
const bytesOf = (value: unknown): number => (typeof value === 'string' ? value.length + 1 : 8)

/**
 * Returns a frozen copy without undefined values, as JSON would make it. Code that changes a record that it has read changes
 * nothing in the table; here it throws. Adds the bytes of each part to `size`.
 */
const frozenCopy = (value: object, size: { bytes: number }): Item => {
  const frozenPart = (part: unknown): unknown => {
    size.bytes += bytesOf(part)
    if (typeof part !== 'object' || part === null) return part
    return Array.isArray(part) ? Object.freeze(part.map(frozenPart)) : frozenCopy(part, size)
  }
  const copy: Record<string, unknown> = {}
  for (const [name, part] of Object.entries(value)) {
    if (part === undefined) continue
    size.bytes += name.length
    copy[name] = frozenPart(part)
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

const keyOf = ({ pk, sk }: Item): RunKey => {
  if (typeof pk !== 'string' || typeof sk !== 'string') throw new Error('an item needs a pk and an sk')
  return { partition: pk, record: sk }
}

export const stored = (given: Item): Stored => {
  const size = { bytes: 0 }
  const item = frozenCopy(given, size)
  let record: Run | UnreadableRecord | undefined
  return {
    key: keyOf(item),
    bytes: size.bytes,
    item,
    workAtMs: workAtIn(item),
    // Most versions of most items are never read.
    get record() {
      record ??= parsedItem(item)
      return record
    },
  }
}

/** Returns whether an item is in the part of the `work` index for waiting records. */
export const isInWaiting = ({ item }: Stored): boolean => item['workShard'] === workShards.waiting

const versionOf = (found: Stored | undefined): unknown => found?.item['version']

/** Returns whether an item is still the record that was read. */
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

/** Returns whether an item is past its TTL, so that DynamoDB may delete it. */
export const isOver = ({ item }: Stored, nowMs: number): boolean => {
  const expiring = z.safeParse(Expiring, item)
  return expiring.success && expiring.data.ttlEpochSeconds * 1000 < nowMs
}
