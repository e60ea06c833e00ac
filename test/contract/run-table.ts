import {
  type AttributeValue,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { z } from 'zod'
import { dynamoDbRunStore } from '../../lib/adapters/dynamodb/run-store.ts'
import { startDynamoDb } from '../../local/dynamodb/server.ts'
import { packagedTemplate } from '../../local/package.ts'
import { createTable, deleteTable } from '../../local/provision.ts'
import { planTable } from '../../local/template/tables.ts'
import { externalEngine, hasEmbeddedEngine, isMoto } from '../support/engines.ts'

/** A DynamoDB with the table of the packaged template in it. */
export interface RunTable {
  readonly client: DynamoDBClient
  readonly name: string
  /** Returns another client of the table, as another function has it. `close` destroys it. */
  newClient(): DynamoDBClient
  close(): Promise<void>
}

const accessKeys = { accessKeyId: 'local', secretAccessKey: 'local' }

/** Opens a new table, in the embedded engine unless `DYNAMODB_ENDPOINT` names another; `close` deletes it. */
export const openRunTable = async (environment: NodeJS.ProcessEnv): Promise<RunTable> => {
  const server = await startDynamoDb({ environment })
  const clients: DynamoDBClient[] = []
  const newClient = () => {
    const client = new DynamoDBClient({
      endpoint: server.endpoint,
      region: environment['AWS_REGION'] ?? 'us-east-1',
      ...(environment['AWS_ACCESS_KEY_ID'] === undefined ? { credentials: accessKeys } : {}),
    })
    clients.push(client)
    return client
  }
  const client = newClient()
  const { template } = await packagedTemplate()
  const name = `contract-${process.pid}-${Date.now().toString(36)}`
  const plan = planTable({
    logicalId: 'RunTable',
    names: { name, arn: '', ref: name },
    properties: z.record(z.string(), z.json()).parse(template.Resources['RunTable']?.Properties),
    path: 'Resources.RunTable.Properties',
  })
  await createTable(client, plan)
  return {
    client,
    name,
    newClient,
    close: async () => {
      if (server.pid === undefined) await deleteTable(client, plan)
      for (const one of clients) one.destroy()
      await server.close()
    },
  }
}

interface DynamoDbUnderTest {
  readonly name: string
  readonly environment: NodeJS.ProcessEnv
  readonly isolatesTransactions: boolean
  /**
   * Moto fails with TypeError if a transaction compares a text with a number, and counts no capacity units of a Query.
   */
  readonly isMoto: boolean
}

const { DYNAMODB_ENDPOINT: _, ...withoutEndpoint } = process.env

const embedded: DynamoDbUnderTest = {
  name: 'the embedded engine',
  environment: withoutEndpoint,
  isolatesTransactions: true,
  isMoto: false,
}

const external: DynamoDbUnderTest = {
  name: 'DYNAMODB_ENDPOINT',
  environment: process.env,
  isolatesTransactions: !isMoto,
  isMoto,
}

/**
 * Every DynamoDB that contract tests run against: the embedded engine, if this machine has it, and `DYNAMODB_ENDPOINT`.
 */
export const dynamoDbs: readonly DynamoDbUnderTest[] = [
  ...(hasEmbeddedEngine || externalEngine === undefined ? [embedded] : []),
  ...(externalEngine === undefined ? [] : [external]),
]

/** Returns a run store that retries writes without waiting, and what it reports. */
export const reportingStore = (table: RunTable) => {
  const reported: unknown[] = []
  const store = dynamoDbRunStore(table.client, table.name, {
    backOff: async () => {},
    report: (...all) => reported.push(all),
  })
  return { store, reported }
}

/** Puts an item into the table without a condition, as an operator may. */
export const putItem = (table: RunTable, item: object) =>
  table.client.send(
    new PutItemCommand({ TableName: table.name, Item: marshall(item, { removeUndefinedValues: true }) }),
  )

/** Numbers that DynamoDB stores and that are not safe integers. */
export const unsafeNumbers = ['12345678901234567890.5', '9007199254740993', '1e100', '-1e-120']

/** Runs `work` while the item is in the table. */
export const withItem = async (
  { client, name }: RunTable,
  item: Readonly<Record<string, AttributeValue>>,
  work: () => Promise<void>,
) => {
  const { pk = { S: '' }, sk = { S: '' } } = item
  await client.send(new PutItemCommand({ TableName: name, Item: item }))
  try {
    await work()
  } finally {
    await client.send(new DeleteItemCommand({ TableName: name, Key: { pk, sk } }))
  }
}
