import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import * as z from 'zod/mini'
import { PortUnavailable } from '../../errors.ts'
import type { SkipLog } from '../../ports/skip-log.ts'
import { partitionOf } from '../../run/identity.ts'
import { skipSlot, skipTtlMs } from '../../run/skip.ts'

/** One item beside the records of an asset or data source: its last few skipped requests. */
const sortKey = 'SKIPS'

const SkipLogItem = z.object({ sk: z.literal(sortKey) })

/** Whether an item of a partition is its skip log, and no record. */
export const isSkipLog = (item: unknown): boolean => z.safeParse(SkipLogItem, item).success

/** The skip log as an item of the table. */
export const dynamoDbSkipLog = (client: DynamoDBClient, table: string): SkipLog => ({
  async record(target, skip) {
    try {
      await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: marshall({ pk: partitionOf(target), sk: sortKey }),
          UpdateExpression: 'SET #slot = :skip, ttlEpochSeconds = :ttl',
          ExpressionAttributeNames: { '#slot': skipSlot(skip.requestKey) },
          ExpressionAttributeValues: marshall(
            { ':skip': skip, ':ttl': Math.floor((skip.atMs + skipTtlMs) / 1000) },
            { removeUndefinedValues: true },
          ),
        }),
      )
    } catch (error) {
      throw new PortUnavailable('table', error)
    }
  },
})
