import { type AttributeValue, DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dynamoDbBreakers } from '../../lib/adapters/dynamodb/breakers.ts'
import { toItem } from '../../lib/adapters/dynamodb/run-item.ts'
import { dynamoDbRunStore } from '../../lib/adapters/dynamodb/run-store.ts'
import { dynamoDbStartPace } from '../../lib/adapters/dynamodb/start-pace.ts'
import { dynamoDbSwitches } from '../../lib/adapters/dynamodb/switches.ts'
import { openBreaker } from '../../lib/run/breaker.ts'
import { runKey } from '../../lib/run/identity.ts'
import { endedRun, minute, t0 } from '../support/runs.ts'
import { dynamoDbs, openRunTable, type RunTable } from './run-table.ts'

/** Numbers that DynamoDB takes and that are no safe integers. */
const oddNumbers = ['12345678901234567890.5', '9007199254740993', '1e100', '-1e-120']

const pauses = { firstMs: minute, maxMs: 15 * minute, leaseMs: minute }
const denied = { reason: 'DENIED', domainId: 'dzd_orders', projectId: 'project-1' } as const

/** P8: one item that people wrote by hand, and wrong, keeps nobody from what stands beside it. */
describe.each(dynamoDbs)('malformed items in DynamoDB at $name', ({ environment }) => {
  let table: RunTable
  beforeAll(async () => {
    table = await openRunTable(environment)
  })
  afterAll(() => table?.close())

  type Item = Record<string, AttributeValue>

  /** Does `work` while the item is there. */
  const beside = async (item: Item, work: () => Promise<void>) => {
    const { pk = { S: '' }, sk = { S: '' } } = item
    await table.client.send(new PutItemCommand({ TableName: table.name, Item: item }))
    try {
      await work()
    } finally {
      await table.client.send(new DeleteItemCommand({ TableName: table.name, Key: { pk, sk } }))
    }
  }

  test.each(oddNumbers)('switches and breakers are read beside one with the number %s', async (N) => {
    const pk = { S: 'SWITCH#dzd_a' }
    await beside({ pk, sk: { S: 'PROJECT#p1' }, paused: { N }, reason: { N } }, async () => {
      const switches = dynamoDbSwitches(table.client, table.name, () => t0)
      expect(await switches.pauseOf('dzd_a', 'p1')).toEqual({})
      expect(await switches.pauseOf('dzd_a', 'p2')).toBeUndefined()
    })
    const breakers = dynamoDbBreakers(table.client, table.name)
    const breaker = openBreaker(denied, 'Start', t0, pauses)
    await breakers.trip(breaker)
    await beside({ pk: { S: 'BREAKERS' }, sk: { S: 'DENIED#?' }, openedAtMs: { N } }, async () => {
      expect(await breakers.openBreakers()).toEqual([breaker])
    })
    await breakers.close(breaker)
  })

  test('a breaker under another name than its own, or that opened at no time, stops nobody, and is told', async () => {
    const told: unknown[] = []
    const breakers = dynamoDbBreakers(table.client, table.name, (...all) => told.push(all))
    const item = marshall({
      pk: 'BREAKERS',
      sk: 'DENIED#dzd_orders#project-1',
      ...openBreaker(denied, 'Start', t0, pauses),
    })
    await beside({ ...item, sk: { S: 'DENIED#dzd_orders' } }, async () => {
      expect(await breakers.openBreakers()).toEqual([])
    })
    await beside({ ...item, openedAtMs: { N: '9e15' } }, async () => {
      expect(await breakers.openBreakers()).toEqual([])
    })
    expect(told).toEqual([
      [
        { pk: 'BREAKERS', sk: 'DENIED#dzd_orders' },
        'stops nobody under this name: its own is DENIED#dzd_orders#project-1',
      ],
      [
        { pk: 'BREAKERS', sk: 'DENIED#dzd_orders#project-1' },
        'cannot be read, and stops nobody: wrong are openedAtMs',
      ],
    ])
    await beside(item, async () => {
      expect(await breakers.openBreakers()).toEqual([openBreaker(denied, 'Start', t0, pauses)])
    })
  })

  test.each(['domain', 'PROJECT', 'PROJECT#', 'PROJECT# p1', 'p1', 'ASSET#a'])(
    'a switch by the name of %j pauses nothing, and is told',
    async (sk) => {
      const told: unknown[] = []
      const switches = dynamoDbSwitches(
        table.client,
        table.name,
        () => t0,
        (...all) => told.push(all),
      )
      await beside(marshall({ pk: 'SWITCH#dzd_b', sk, paused: true }), async () => {
        expect(await switches.pauseOf('dzd_b', 'p1')).toBeUndefined()
      })
      expect(told).toEqual([[{ pk: 'SWITCH#dzd_b', sk }, expect.stringContaining('PROJECT# and the id')]])
    },
  )

  test('a good switch is told of to nobody', async () => {
    const told: unknown[] = []
    const switches = dynamoDbSwitches(
      table.client,
      table.name,
      () => t0,
      (...all) => told.push(all),
    )
    await beside(marshall({ pk: 'SWITCH#dzd_c', sk: 'PROJECT#p1', paused: true }), async () => {
      expect(await switches.pauseOf('dzd_c', 'p1')).toEqual({})
    })
    expect(told).toEqual([])
  })

  test.each(oddNumbers)('records are read beside one with the number %s', async (N) => {
    const store = dynamoDbRunStore(table.client, table.name, async () => {})
    const [good, odd] = [endedRun(), endedRun({ attempt: 2 })]
    await beside(marshall(toItem(good)), () =>
      beside({ ...marshall(toItem(odd)), schemaVersion: { S: 'one' }, more: { N } }, async () => {
        const { runs, unreadable } = await store.runsOf(good.subject)
        expect(runs).toMatchObject([{ attempt: 1 }])
        expect(unreadable).toEqual([{ key: runKey(odd), isNewer: false, problem: 'has no schemaVersion' }])
      }),
    )
  })

  test('a record with a time that is none is damaged, so that its event keeps back no other', async () => {
    const store = dynamoDbRunStore(table.client, table.name, async () => {})
    const run = endedRun({ detectedAtMs: 9e15 })
    await beside(marshall(toItem(run)), async () => {
      const { runs, unreadable } = await store.runsOf(run.subject)
      expect({ runs, unreadable }).toMatchObject({
        runs: [],
        unreadable: [{ problem: 'is damaged at detectedAtMs' }],
      })
    })
  })

  test('a record that was copied to another key is not acted on: no write of it would ever find it', async () => {
    const store = dynamoDbRunStore(table.client, table.name, async () => {})
    const run = endedRun()
    const copy = { ...marshall(toItem(run)), sk: { S: 'RUN#copy' } }
    await beside(copy, async () => {
      const { runs, unreadable } = await store.runsOf(run.subject)
      const key = { ...runKey(run), record: 'RUN#copy' }
      expect({ runs, unreadable }).toEqual({
        runs: [],
        unreadable: [
          { key, isNewer: false, problem: `is filed under a key that is not its own, ${runKey(run).record}` },
        ],
      })
    })
  })

  test.each(oddNumbers)('a pace with the number %s is replaced', async (N) => {
    const key = { pk: { S: 'PACE#START' }, sk: { S: 'PACE' } }
    await beside({ ...key, version: { S: 'x' }, nextSlotMs: { N } }, async () => {
      const pace = dynamoDbStartPace(table.client, table.name, 10)
      expect(await pace.reserve(1, t0, t0 + minute)).toMatchObject([{ atMs: t0 }])
    })
  })
})
