import {
  CreateTableCommand,
  DeleteTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import { CreateQueueCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { QueuePlan } from './template/queues.ts'
import type { TablePlan } from './template/tables.ts'

/** Creates a table with its indexes and TTL. Fails if the table exists, because it may hold another stack's data. */
export async function createTable(dynamodb: DynamoDBClient, table: TablePlan): Promise<void> {
  const { name, attributes, keySchema, indexes, ttlAttribute } = table
  const command = new CreateTableCommand({
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...attributes],
    KeySchema: [...keySchema],
    ...(indexes.length > 0 && {
      GlobalSecondaryIndexes: indexes.map((index) => ({
        IndexName: index.name,
        KeySchema: [...index.keySchema],
        Projection: {
          ProjectionType: index.projection.ProjectionType,
          ...(index.projection.NonKeyAttributes && { NonKeyAttributes: index.projection.NonKeyAttributes }),
        },
      })),
    }),
  })
  try {
    await dynamodb.send(command)
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error
    throw new Error(`Table ${name} already exists: delete it, or give the stack another name`, {
      cause: error,
    })
  }
  await waitUntilTableExists({ client: dynamodb, maxWaitTime: 60, minDelay: 1 }, { TableName: name })
  if (ttlAttribute === undefined) return
  const TimeToLiveSpecification = { AttributeName: ttlAttribute, Enabled: true }
  await dynamodb.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification }))
}

/** Deletes a table that this stack created. */
export async function deleteTable(dynamodb: DynamoDBClient, table: TablePlan): Promise<void> {
  await dynamodb.send(new DeleteTableCommand({ TableName: table.name }))
}

/** Creates a queue with its template attributes and the overrides of the caller. */
export async function createQueue(
  sqs: SQSClient,
  queue: QueuePlan,
  overrides: Readonly<Record<string, string>> = {},
): Promise<void> {
  const command = new CreateQueueCommand({
    QueueName: queue.name,
    Attributes: { ...queue.attributes, ...overrides },
  })
  await sqs.send(command)
}
