import { marshall } from '@aws-sdk/util-dynamodb'
import type { CounterIncrement } from '../../run/caps.ts'

/** How long a counter is kept after its period, so that operators can see how much of a cap was used. */
const keptSeconds = 90 * 24 * 3600

/** Increments the counter of a cap and period on the condition that it has room. */
export const countParameters = (table: string, { counter, limit, periodEndsAtMs }: CounterIncrement) => ({
  TableName: table,
  Key: marshall({ pk: `CAP#${counter.cap}`, sk: counter.period }),
  UpdateExpression: 'SET runs = if_not_exists(runs, :none) + :one, ttlEpochSeconds = :ttl',
  ConditionExpression: 'attribute_not_exists(runs) OR runs < :limit',
  ExpressionAttributeValues: marshall({
    ':none': 0,
    ':one': 1,
    ':limit': limit,
    ':ttl': Math.floor(periodEndsAtMs / 1000) + keptSeconds,
  }),
})
