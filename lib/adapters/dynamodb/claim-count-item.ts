import * as z from 'zod/mini'
import { counter } from './plain-item.ts'

/**
 * A small item in the partition of a data source that counts its claims. A claim is written together with the next count,
 * on the condition that the count is still the one that was read. Its sort key comes before those of the records, so a
 * query of all of them reads it first, and so do other readers: what they read after it is no older.
 */
const sortKey = 'CLAIMS'

const ClaimCountItem = z.object({ sk: z.literal(sortKey), version: counter })

export const claimCountKey = (partition: string) => ({ pk: partition, sk: sortKey })

export const claimCountItem = (partition: string, claimCount: number) => ({
  ...claimCountKey(partition),
  version: claimCount,
})

/** Returns the claim count, or undefined for any other item. */
export const parseClaimCount = (item: unknown): number | undefined =>
  z.safeParse(ClaimCountItem, item).data?.version

const ClaimCountKey = z.object({ sk: z.literal(sortKey) })

/** Whether an item is a claim count, damaged or not, and no record. */
export const isClaimCount = (item: unknown): boolean => z.safeParse(ClaimCountKey, item).success
