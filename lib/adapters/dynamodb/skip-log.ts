import { type DynamoDBClient, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import * as z from 'zod/mini'
import { PortUnavailable } from '../../errors.ts'
import type { SkipHistory, SkipLog } from '../../ports/skip-log.ts'
import { partitionOf } from '../../run/identity.ts'
import { generationTypes } from '../../run/run.ts'
import { type Skip, skipReasons, skipSlot, skipTtlMs } from '../../run/skip.ts'
import { instant, plainItem } from './plain-item.ts'
import { type BackOff, retryWrites } from './retry-writes.ts'

/** One item in the partition of an asset or data source: its last few skipped requests. */
const sortKey = 'SKIPS'

const SkipLogItem = z.object({ sk: z.literal(sortKey) })

/** Whether an item of a partition is its skip log, and no record. */
export const isSkipLog = (item: unknown): boolean => z.safeParse(SkipLogItem, item).success

/** The skip log as an item of the table. */
export const dynamoDbSkipLog = (client: DynamoDBClient, table: string, backOff?: BackOff): SkipLog => ({
  async record(target, skip) {
    const update = new UpdateItemCommand({
      TableName: table,
      Key: marshall({ pk: partitionOf(target), sk: sortKey }),
      UpdateExpression: 'SET #slot = :skip, ttlEpochSeconds = :ttl',
      ExpressionAttributeNames: { '#slot': skipSlot(skip.requestKey) },
      ExpressionAttributeValues: marshall(
        { ':skip': skip, ':ttl': Math.floor((skip.atMs + skipTtlMs) / 1000) },
        { removeUndefinedValues: true },
      ),
    })
    try {
      await retryWrites(backOff)(() => client.send(update))
    } catch (error) {
      throw new PortUnavailable('table', error)
    }
  },
})

const SkipSlot = z.object({
  requestKey: z.string(),
  reason: z.enum(skipReasons),
  rule: z.exactOptional(z.number()),
  because: z.exactOptional(z.string()),
  policyVersion: z.exactOptional(z.number()),
  repeatOf: z.exactOptional(z.string()),
  types: z.exactOptional(z.array(z.enum(generationTypes))),
  atMs: instant,
})

/** The slots of a skip log that this version can read, newest first. */
const skipsIn = (item: unknown): readonly Skip[] => {
  const slots = z.safeParse(z.record(z.string(), z.unknown()), item)
  if (!slots.success) return []
  const skips = Object.values(slots.data).flatMap((slot) => {
    const skip = z.safeParse(SkipSlot, slot)
    return skip.success ? [skip.data] : []
  })
  return skips.toSorted((left, right) => right.atMs - left.atMs)
}

/** The skip log, read for operators. */
export const dynamoDbSkipHistory = (client: DynamoDBClient, table: string): SkipHistory => ({
  async skipsOf(target) {
    try {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :partition AND sk = :skips',
          ExpressionAttributeValues: marshall({ ':partition': partitionOf(target), ':skips': sortKey }),
        }),
      )
      return Items.flatMap((item) => skipsIn(plainItem(item)))
    } catch (error) {
      throw new PortUnavailable('table', error)
    }
  },
})
