import {
  type DynamoDBClient,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
} from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { present } from '../../run/present.ts'
import { plainItem } from './plain-item.ts'

/** Reads every item of a small partition consistently, page by page. */
export const readPartition = async (
  client: DynamoDBClient,
  table: string,
  partition: string,
): Promise<readonly unknown[]> => {
  const items: unknown[] = []
  let start: QueryCommandInput['ExclusiveStartKey']
  do {
    const page: QueryCommandOutput = await client.send(
      new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :partition',
        ExpressionAttributeValues: marshall({ ':partition': partition }),
        ...present({ ExclusiveStartKey: start }),
      }),
    )
    items.push(...(page.Items ?? []).map(plainItem))
    start = page.LastEvaluatedKey
  } while (start !== undefined)
  return items
}
