import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { PortUnavailable } from '../../errors.ts'
import type { CapUsage } from '../../ports/cap-usage.ts'
import { counterKey, runsCounted } from './counter-item.ts'
import { plainItem } from './plain-item.ts'

/** The counters of caps, read for operators. A damaged one counts as full, as it does for a claim. */
export const dynamoDbCapUsage = (client: DynamoDBClient, table: string): CapUsage => ({
  used: (counters) =>
    Promise.all(
      counters.map(async (counter) => {
        try {
          const { Item } = await client.send(
            new GetItemCommand({ TableName: table, Key: marshall(counterKey(counter)) }),
          )
          return Item === undefined ? 0 : runsCounted(plainItem(Item))
        } catch (error) {
          throw new PortUnavailable('table', error)
        }
      }),
    ),
})
