import { DeleteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dynamoDbStartPace } from '../../lib/adapters/dynamodb/start-pace.ts'
import { PortUnavailable } from '../../lib/errors.ts'
import { simulatedPace } from '../simulation/ports/start-pace.ts'
import { t0 } from '../support/runs.ts'
import { dynamoDbs, openRunTable, type RunTable } from './run-table.ts'
import { driven } from './simulated.ts'
import { startPaceContract } from './start-pace.suite.ts'

startPaceContract('the simulated pace', async (configuredPerSecond) => {
  const { step, unplug } = driven()
  const pace = simulatedPace(configuredPerSecond)
  return {
    client: () => pace.paceFor(step),
    unplug: async () => unplug(),
    close: async () => {},
  }
})

/** A table that fails every condition, in the SDK's protocol. */
const alwaysTooLate = () =>
  new DynamoDBClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: {
      handle: async () => ({
        response: {
          statusCode: 400,
          headers: { 'content-type': 'application/x-amz-json-1.0' },
          body: new TextEncoder().encode(
            JSON.stringify({ __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException' }),
          ),
        },
      }),
      updateHttpClientConfig: () => {},
      httpHandlerConfigs: () => ({}),
    },
  })

test('gives up as unavailable on an item that changes on every try', async () => {
  const pace = dynamoDbStartPace(alwaysTooLate(), 'runs', 10)
  await expect(pace.reserve(1, t0, t0)).rejects.toThrow(PortUnavailable)
})

describe.each(dynamoDbs)('DynamoDB at $name', ({ name, environment, isolatesTransactions }) => {
  let table: RunTable
  beforeAll(async () => {
    table = await openRunTable(environment)
  })
  afterAll(() => table?.close())

  test('P8: replaces an item that cannot be read', async () => {
    const Item = marshall({ pk: 'PACE#START', sk: 'PACE', version: 7, nextSlotMs: 'soon' })
    const seen = dynamoDbStartPace(table.client, table.name, 10)
    await seen.reserve(1, t0, t0)
    await table.client.send(new PutItemCommand({ TableName: table.name, Item }))
    for (const pace of [seen, dynamoDbStartPace(table.client, table.name, 10)]) {
      expect(await pace.rateCuts()).toBe(0)
    }
    expect(await seen.reserve(2, t0, t0 + 100)).toEqual([
      { atMs: t0, rateCuts: 0 },
      { atMs: t0 + 100, rateCuts: 0 },
    ])
    const other = dynamoDbStartPace(table.client, table.name, 10)
    expect(await other.reserve(1, t0, t0)).toEqual([{ atMs: t0 + 200, rateCuts: 0 }])
    const Key = marshall({ pk: 'PACE#START', sk: 'PACE' })
    await table.client.send(new DeleteItemCommand({ TableName: table.name, Key }))
  })

  startPaceContract(
    `DynamoDB at ${name}`,
    async (configuredPerSecond) => {
      const clients: DynamoDBClient[] = []
      return {
        client: () => {
          const client = table.another()
          clients.push(client)
          return dynamoDbStartPace(client, table.name, configuredPerSecond)
        },
        unplug: async () => {
          for (const client of clients) {
            client.config.endpoint = async () => ({
              protocol: 'http:',
              hostname: '127.0.0.1',
              port: 1,
              path: '/',
            })
          }
        },
        close: async () => {
          const Key = marshall({ pk: 'PACE#START', sk: 'PACE' })
          await table.client.send(new DeleteItemCommand({ TableName: table.name, Key }))
        },
      }
    },
    isolatesTransactions,
  )
})
