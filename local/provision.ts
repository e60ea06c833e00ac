import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import { CreateTopicCommand, type SNSClient } from '@aws-sdk/client-sns'
import { CreateQueueCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { present } from '../lib/run/present.ts'
import { explainFailure } from './dynamodb/explain-failure.ts'
import type { QueuePlan } from './template/queues.ts'
import type { IndexPlan, TablePlan } from './template/tables.ts'

/** How `createTable` creates a table. */
export interface CreateTableOptions {
  /** The URL in DYNAMODB_ENDPOINT, which errors name. */
  readonly external?: string | undefined
  /** Whether to keep an existing table with its data. Default: false, which throws. */
  readonly keepExisting?: boolean
}

/** Creates a table with its indexes and TTL. Throws Error, with the fix, when the table exists or the engine fails. */
export async function createTable(
  dynamodb: DynamoDBClient,
  table: TablePlan,
  { external, keepExisting = false }: CreateTableOptions = {},
): Promise<void> {
  const { name, ttlAttribute } = table
  const run = async <T>(operation: string, call: Promise<T>): Promise<T> => {
    try {
      return await call
    } catch (error) {
      throw explainFailure(error, operation, external)
    }
  }
  try {
    await dynamodb.send(new CreateTableCommand(createTableInput(table)))
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw explainFailure(error, 'CreateTable', external)
    if (keepExisting) return
    throw new Error(`Table ${name} already exists: delete it, or give the stack another name`, {
      cause: error,
    })
  }
  const waiting = { client: dynamodb, maxWaitTime: 60, minDelay: 1 }
  await run('DescribeTable', waitUntilTableExists(waiting, { TableName: name }))
  if (ttlAttribute === undefined) return
  const TimeToLiveSpecification = { AttributeName: ttlAttribute, Enabled: true }
  const ttl = new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification })
  await run('UpdateTimeToLive', dynamodb.send(ttl))
}

const indexInput = ({ name, keySchema, projection }: IndexPlan) => ({
  IndexName: name,
  KeySchema: [...keySchema],
  Projection: {
    ProjectionType: projection.ProjectionType,
    ...present({ NonKeyAttributes: projection.NonKeyAttributes }),
  },
})

function createTableInput(plan: TablePlan): CreateTableCommandInput {
  const { name, attributes, keySchema, localIndexes, globalIndexes } = plan
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...attributes],
    KeySchema: [...keySchema],
    ...(localIndexes.length > 0 && { LocalSecondaryIndexes: localIndexes.map(indexInput) }),
    ...(globalIndexes.length > 0 && { GlobalSecondaryIndexes: globalIndexes.map(indexInput) }),
  }
}

/** Deletes a table that this stack created. */
export async function deleteTable(dynamodb: DynamoDBClient, table: TablePlan): Promise<void> {
  await dynamodb.send(new DeleteTableCommand({ TableName: table.name }))
}

/** Creates an SNS topic, or keeps the existing topic with this name. */
export async function createTopic(sns: SNSClient, name: string): Promise<void> {
  await sns.send(new CreateTopicCommand({ Name: name }))
}

/** Creates a queue with the attributes of the template and those of `overrides`, which replace them. */
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
