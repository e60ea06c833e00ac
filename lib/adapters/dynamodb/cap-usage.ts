import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import * as z from 'zod/mini'
import { PortUnavailable } from '../../errors.ts'
import type { CapUsage } from '../../ports/cap-usage.ts'
import { counter as count, plainItem } from './plain-item.ts'

const CounterItem = z.object({ runs: count })

/** The counters of caps (counter-item.ts), read for operators. An unreadable counter counts as 0. */
export const dynamoDbCapUsage = (client: DynamoDBClient, table: string): CapUsage => ({
  used: (counters) =>
    Promise.all(
      counters.map(async ({ cap, period }) => {
        try {
          const { Item } = await client.send(
            new GetItemCommand({ TableName: table, Key: marshall({ pk: `CAP#${cap}`, sk: period }) }),
          )
          return z.safeParse(CounterItem, Item === undefined ? undefined : plainItem(Item)).data?.runs ?? 0
        } catch (error) {
          throw new PortUnavailable('table', error)
        }
      }),
    ),
})
