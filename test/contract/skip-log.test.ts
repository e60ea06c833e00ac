import { GetItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dynamoDbRunStore } from '../../lib/adapters/dynamodb/run-store.ts'
import { dynamoDbSkipHistory, dynamoDbSkipLog } from '../../lib/adapters/dynamodb/skip-log.ts'
import { PortUnavailable } from '../../lib/errors.ts'
import { partitionOf } from '../../lib/run/identity.ts'
import { type Skip, skipSlot } from '../../lib/run/skip.ts'
import { parkedRun, subject, t0 } from '../support/runs.ts'
import { dynamoDbs, openRunTable, type RunTable } from './run-table.ts'

const skip = (requestKey: string): Skip => ({ requestKey, reason: 'POLICY', rule: 0, because: 'x', atMs: t0 })

describe.each(dynamoDbs)('the skip log in DynamoDB at $name', ({ environment }) => {
  let table: RunTable
  beforeAll(async () => {
    table = await openRunTable(environment)
  })
  afterAll(() => table?.close())

  const log = () => dynamoDbSkipLog(table.client, table.name)
  const item = async () => {
    const Key = marshall({ pk: partitionOf(subject), sk: 'SKIPS' })
    const { Item } = await table.client.send(new GetItemCommand({ TableName: table.name, Key }))
    return Item === undefined ? undefined : unmarshall(Item)
  }

  test('keeps the last skip of each slot for 90 days, in one item', async () => {
    await log().record(subject, skip('event:1'))
    await log().record(subject, skip('event:1'))
    for (let index = 2; index < 200; index += 1) await log().record(subject, skip(`event:${index}`))
    const { ttlEpochSeconds, ...stored } = (await item()) ?? {}
    expect(ttlEpochSeconds).toBe(t0 / 1000 + 90 * 24 * 3600)
    expect(stored[skipSlot('event:199')]).toEqual(skip('event:199'))
    expect(Object.keys(stored).length).toBe(2 + 16)
    const history = await dynamoDbSkipHistory(table.client, table.name).skipsOf(subject)
    expect(history).toHaveLength(16)
    expect(history).toContainEqual(skip('event:199'))
  })

  test('P8: is not read as a record of the asset, and hides none', async () => {
    const store = dynamoDbRunStore(table.client, table.name, { backOff: async () => {} })
    await log().record(subject, skip('event:1'))
    const created = await store.create(parkedRun({ version: 0 }))
    expect(created.outcome).toBe('created')
    const { runs, unreadable } = await store.runsOf(subject)
    expect([runs.length, unreadable]).toEqual([1, []])
  })

  test('throws when the table cannot answer', async () => {
    await expect(
      dynamoDbSkipLog(table.client, 'no-such-table').record(subject, skip('event:1')),
    ).rejects.toThrow(PortUnavailable)
  })
})
