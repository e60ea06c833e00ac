import { DeleteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dynamoDbStartPace } from '../../lib/adapters/dynamodb/start-pace.ts'
import { PortUnavailable } from '../../lib/errors.ts'
import { simulatedPace } from '../simulation/ports/start-pace.ts'
import { minute, t0 } from '../support/runs.ts'
import { dynamoDbs, openRunTable, type RunTable, unsafeNumbers, withItem } from './run-table.ts'
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

/** Returns a client of a table that fails every condition, in DynamoDB's protocol. */
const alwaysChanged = () =>
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

test('throws PortUnavailable if the pace item changes on every try', async () => {
  const pace = dynamoDbStartPace(alwaysChanged(), 'runs', 10)
  await expect(pace.reserve(1, t0, t0)).rejects.toThrow(PortUnavailable)
})

describe.each(dynamoDbs)('DynamoDB at $name', ({ name, environment, isolatesTransactions }) => {
  let table: RunTable
  beforeAll(async () => {
    table = await openRunTable(environment)
  })
  afterAll(() => table?.close())

  test('P8: replaces an unreadable pace', async () => {
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

  test.each(unsafeNumbers)('P8: replaces a pace with the number %s', async (N) => {
    const key = { pk: { S: 'PACE#START' }, sk: { S: 'PACE' } }
    await withItem(table, { ...key, version: { S: 'x' }, nextSlotMs: { N } }, async () => {
      const pace = dynamoDbStartPace(table.client, table.name, 10)
      expect(await pace.reserve(1, t0, t0 + minute)).toMatchObject([{ atMs: t0 }])
    })
  })

  const year2100 = Date.UTC(2100, 0)
  const paceKey = { pk: 'PACE#START', sk: 'PACE' }
  const lowered = { loweredRate: 1, limitRate: 1 }

  test.each<[string, { readonly version: number; readonly [name: string]: unknown }]>([
    ['a next slot in the year 2100', { version: 3, nextSlotMs: year2100 }],
    [
      'a next slot an hour ahead, of a starter whose clock runs ahead',
      { version: 3, nextSlotMs: t0 + 60 * minute },
    ],
    ['a version of 2^53', { version: 2 ** 53, nextSlotMs: t0 }],
    ['a negative version', { version: -1, nextSlotMs: t0 }],
    ['a rate of zero', { version: 3, nextSlotMs: t0, ...lowered, loweredRate: 0, loweredAtMs: t0 }],
    ['a cut of the rate in the year 2100', { version: 3, nextSlotMs: t0, ...lowered, loweredAtMs: year2100 }],
    [
      'throttling in the year 2100',
      { version: 3, nextSlotMs: t0, throttling: { sum: 1, count: 1, firstAtMs: t0, lastAtMs: year2100 } },
    ],
    [
      'throttling by chance in the year 2100',
      { version: 3, nextSlotMs: t0, chance: { share: 0.3, sinceMs: year2100 } },
    ],
    ['a share of two', { version: 3, nextSlotMs: t0, chance: { share: 2, sinceMs: t0 } }],
  ])('P8: replaces and reports a pace with %s', async (_, fields) => {
    const reported: unknown[] = []
    const options = { report: (...all: unknown[]) => reported.push(all) }
    const item = {
      ...marshall({ ...paceKey, ...fields, version: 0 }),
      version: { N: String(fields.version) },
    }
    await withItem(table, item, async () => {
      const pace = dynamoDbStartPace(table.client, table.name, 10, options)
      const slots = await pace.reserve(2, t0, t0 + minute)
      expect(slots.map(({ atMs }) => atMs)).toEqual([t0, t0 + 100])
      const other = dynamoDbStartPace(table.client, table.name, 10, options)
      expect(await other.reserve(1, t0, t0 + minute)).toMatchObject([{ atMs: t0 + 200 }])
    })
    expect(new Set(reported.map((one) => JSON.stringify(one))).size).toBe(1)
    expect(reported[0]).toEqual([paceKey, expect.stringContaining('replaced')])
  })

  test("P7: keeps the pace of other starters if one starter's clock runs ahead", async () => {
    const [ahead, other] = [1, 2].map(() => dynamoDbStartPace(table.client, table.name, 10))
    for (let round = 0; round < 3; round += 1) {
      await ahead?.reserve(1, t0 + 60 * minute, t0 + 61 * minute)
      const nowMs = t0 + round * 1000
      expect(await other?.reserve(1, nowMs, nowMs + minute)).toMatchObject([{ atMs: nowMs }])
    }
    await table.client.send(new DeleteItemCommand({ TableName: table.name, Key: marshall(paceKey) }))
  })

  startPaceContract(
    `DynamoDB at ${name}`,
    async (configuredPerSecond) => {
      const clients: DynamoDBClient[] = []
      return {
        client: () => {
          const client = table.newClient()
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
