import { marshall } from '@aws-sdk/util-dynamodb'
import * as z from 'zod/mini'
import type { CounterIncrement } from '../../run/caps.ts'
import type { Counter } from '../../run/run.ts'
import { counter } from './plain-item.ts'

/** How long a counter is kept after its period, so that operators can see how much of a cap was used. */
const keptSeconds = 90 * 24 * 3600

export const counterKey = ({ cap, period }: Counter) => ({ pk: `CAP#${cap}`, sk: period })

/** More runs than DataZone's quota of Starts allows in a month. */
const mostRuns = 100_000_000
const CounterItem = z.object({ runs: counter.check(z.lte(mostRuns)) })

/** Whether an item is a counter that this system can have written. */
export const isCounter = (item: unknown): boolean => z.safeParse(CounterItem, item).success

/** How many runs an item counts. One that is damaged has room for no run, so it counts more than any limit. */
export const runsCounted = (item: unknown): number => z.safeParse(CounterItem, item).data?.runs ?? mostRuns

/** Lowers the counter of a cap and period by one, on the condition that it counts at least one run. */
export const giveBackParameters = (table: string, of: Counter) => ({
  TableName: table,
  Key: marshall(counterKey(of)),
  UpdateExpression: 'SET runs = runs - :one',
  ConditionExpression: 'runs >= :one',
  ExpressionAttributeValues: marshall({ ':one': 1 }),
})

/** Increments the counter of a cap and period on the condition that it has room; a damaged one has none. */
export const countParameters = (table: string, { counter: of, limit, periodEndsAtMs }: CounterIncrement) => ({
  TableName: table,
  Key: marshall(counterKey(of)),
  UpdateExpression: 'SET runs = if_not_exists(runs, :none) + :one, ttlEpochSeconds = :ttl',
  ConditionExpression: 'attribute_not_exists(runs) OR (runs >= :none AND runs < :limit)',
  ExpressionAttributeValues: marshall({
    ':none': 0,
    ':one': 1,
    ':limit': limit,
    ':ttl': Math.floor(periodEndsAtMs / 1000) + keptSeconds,
  }),
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
})
