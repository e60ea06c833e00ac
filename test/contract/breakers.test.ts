import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dynamoDbBreakers } from '../../lib/adapters/dynamodb/breakers.ts'
import { openBreaker, startProbe } from '../../lib/run/breaker.ts'
import { simulatedBreakers } from '../simulation/ports/breakers.ts'
import { minute, t0 } from '../support/runs.ts'
import { breakersContract } from './breakers.suite.ts'
import { dynamoDbs, openRunTable, type RunTable } from './run-table.ts'
import { driven } from './simulated.ts'

/** Later than every breaker of these tests was opened. */
const now = () => t0 + 24 * 60 * minute

breakersContract('the simulated breakers', async () => {
  const { step, unplug } = driven()
  const breakers = simulatedBreakers(now)
  return { client: () => breakers.breakersFor(step), unplug, close: async () => {} }
})

describe.each(dynamoDbs)('DynamoDB at $name', ({ name, environment, isolatesTransactions }) => {
  let table: RunTable
  beforeAll(async () => {
    table = await openRunTable(environment)
  })
  afterAll(() => table?.close())

  breakersContract(
    `DynamoDB at ${name}`,
    async () => {
      const clients: DynamoDBClient[] = []
      return {
        client: () => {
          const client = table.another()
          clients.push(client)
          return dynamoDbBreakers(client, table.name, { now })
        },
        unplug: () => {
          const nowhere = { protocol: 'http:', hostname: '127.0.0.1', port: 1, path: '/' }
          for (const client of clients) client.config.endpoint = async () => nowhere
        },
        close: async () => {
          const breakers = dynamoDbBreakers(table.client, table.name, { now })
          for (const breaker of await breakers.openBreakers()) await breakers.close(breaker)
        },
      }
    },
    isolatesTransactions,
  )

  test('expires after no starter has probed it for longer than a request waits', async () => {
    const breakers = dynamoDbBreakers(table.client, table.name, { now })
    const pauses = { firstMs: minute, maxMs: 15 * minute, leaseMs: minute, quotaProbeMs: 240 * minute }
    const cause = { reason: 'DENIED', domainId: 'dzd_orders', projectId: 'unused' } as const
    const breaker = openBreaker(cause, 'Start', t0, pauses)
    const ttl = async () => {
      const { Items = [] } = await table.client.send(new ScanCommand({ TableName: table.name }))
      const items = Items.map((item) => unmarshall(item))
      return items.find(({ sk }) => sk === 'DENIED#dzd_orders#unused')?.['ttlEpochSeconds']
    }
    const keptSeconds = 36 * 24 * 3600
    await breakers.trip(breaker)
    expect(await ttl()).toBe((t0 + minute) / 1000 + keptSeconds)
    await breakers.replace(breaker, startProbe(breaker, t0 + 10 * minute, pauses))
    expect(await ttl()).toBe((t0 + 12 * minute) / 1000 + keptSeconds)
    await breakers.close(breaker)
  })
})
