import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dynamoDbBreakers } from '../../lib/adapters/dynamodb/breakers.ts'
import { openBreaker, startProbe } from '../../lib/run/breaker.ts'
import { simulatedBreakers } from '../simulation/ports/breakers.ts'
import { minute, t0 } from '../support/runs.ts'
import { breakersContract } from './breakers.suite.ts'
import { dynamoDbs, openRunTable, type RunTable, unsafeNumbers, withItem } from './run-table.ts'
import { driven } from './simulated.ts'

/** Returns a time after every breaker of these tests was opened. */
const now = () => t0 + 24 * 60 * minute

const pauses = { firstMs: minute, maxMs: 15 * minute, leaseMs: minute, quotaProbeMs: 240 * minute }
const denied = { reason: 'DENIED', domainId: 'dzd_orders', projectId: 'project-1' } as const

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
          const client = table.newClient()
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

  test('expires a breaker that no starter has probed for longer than a request waits', async () => {
    const breakers = dynamoDbBreakers(table.client, table.name, { now })
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

  test.each(unsafeNumbers)('P8: reads a breaker beside an item with the number %s', async (N) => {
    const breakers = dynamoDbBreakers(table.client, table.name, { now })
    const breaker = openBreaker(denied, 'Start', t0, pauses)
    await breakers.trip(breaker)
    await withItem(table, { pk: { S: 'BREAKERS' }, sk: { S: 'DENIED#?' }, openedAtMs: { N } }, async () => {
      expect(await breakers.openBreakers()).toEqual([breaker])
    })
    await breakers.close(breaker)
  })

  test('P8: ignores and reports a breaker with a wrong key or a wrong time', async () => {
    const reported: unknown[] = []
    const breakers = dynamoDbBreakers(table.client, table.name, {
      now,
      report: (...all) => reported.push(all),
    })
    const item = marshall({
      pk: 'BREAKERS',
      sk: 'DENIED#dzd_orders#project-1',
      ...openBreaker(denied, 'Start', t0, pauses),
    })
    await withItem(table, { ...item, sk: { S: 'DENIED#dzd_orders' } }, async () => {
      expect(await breakers.openBreakers()).toEqual([])
    })
    await withItem(table, { ...item, openedAtMs: { N: '9e15' } }, async () => {
      expect(await breakers.openBreakers()).toEqual([])
    })
    expect(reported).toEqual([
      [{ pk: 'BREAKERS', sk: 'DENIED#dzd_orders' }, 'is ignored: its sk must be DENIED#dzd_orders#project-1'],
      [{ pk: 'BREAKERS', sk: 'DENIED#dzd_orders#project-1' }, 'is ignored: wrong fields openedAtMs'],
    ])
    await withItem(table, item, async () => {
      expect(await breakers.openBreakers()).toEqual([openBreaker(denied, 'Start', t0, pauses)])
    })
  })

  const year2100 = Date.UTC(2100, 0)
  const farAhead = /too far in the future/
  test.each([
    ['opened in the year 2100', { openedAtMs: year2100 }, farAhead],
    ['whose probe is due in the year 2100', { nextProbeAtMs: year2100 }, farAhead],
    ['whose opening time is a text', { openedAtMs: 'soon' }, /openedAtMs/],
    ['with a negative count of probes', { probes: -1 }, /probes/],
    ['of an unknown call', { call: 'Stop' }, /call/],
    ['without a cause', { cause: null }, /cause/],
  ])('P8: ignores and reports a breaker %s, which a refusal opens again', async (_, field, problem) => {
    const reported: unknown[] = []
    const breakers = dynamoDbBreakers(table.client, table.name, {
      now,
      report: (...all) => reported.push(all),
    })
    const breaker = openBreaker(denied, 'Start', t0, pauses)
    const item = marshall({ pk: 'BREAKERS', sk: 'DENIED#dzd_orders#project-1', ...breaker, ...field })
    await withItem(table, item, async () => {
      expect(await breakers.openBreakers()).toEqual([])
      expect(reported).toEqual([[expect.anything(), expect.stringMatching(problem)]])
      await breakers.trip(breaker)
      expect(await breakers.openBreakers()).toEqual([breaker])
    })
  })
})
