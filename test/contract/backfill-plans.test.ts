import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dynamoDbBackfillPlans } from '../../lib/adapters/dynamodb/backfill-plans.ts'
import { newPlan } from '../../lib/run/backfill-plan.ts'
import { memoryBackfillPlans } from '../support/memory-backfill-plans.ts'
import { minute, t0 } from '../support/runs.ts'
import { backfillPlansContract } from './backfill-plans.suite.ts'
import { dynamoDbs, openRunTable, type RunTable } from './run-table.ts'

backfillPlansContract('in memory', async () => {
  const plans = memoryBackfillPlans()
  return { client: () => plans, close: async () => {} }
})

describe.each(dynamoDbs)('DynamoDB at $name', ({ name, environment }) => {
  let table: RunTable
  beforeAll(async () => {
    table = await openRunTable(environment)
  })
  afterAll(() => table?.close())

  backfillPlansContract(`DynamoDB at ${name}`, async () => {
    const clients: DynamoDBClient[] = []
    return {
      client: () => {
        const client = table.newClient()
        clients.push(client)
        return dynamoDbBackfillPlans(client, table.name)
      },
      unplug: () => {
        const nowhere = { protocol: 'http:', hostname: '127.0.0.1', port: 1, path: '/' }
        for (const client of clients) client.config.endpoint = async () => nowhere
      },
      close: async () => {},
    }
  })

  test('P9: frees and reports a plan whose lease ends in the year 2100', async () => {
    const reported: unknown[] = []
    const plans = dynamoDbBackfillPlans(table.client, table.name, {
      report: (...all) => reported.push(all),
      now: () => t0,
    })
    const begun = await plans.replace(newPlan('leased', 'dzd_orders', t0))
    if (begun === undefined) throw new Error('the plan was not written')
    const read = async () => (await plans.all()).find(({ name: of }) => of === 'leased')
    const held = { takenAtVersion: 1, untilMs: t0 + 60 * minute }
    const leased = await plans.replace({ ...begun, lease: held }, begun)
    expect(await read()).toMatchObject({ lease: held })
    expect(reported).toEqual([])
    await plans.replace({ ...begun, lease: { ...held, untilMs: Date.UTC(2100, 0) } }, leased)
    const freed = await read()
    expect(freed).not.toHaveProperty('lease')
    expect(reported).toEqual([[{ pk: 'BACKFILLS', sk: 'leased' }, expect.stringContaining('counts as over')]])
    if (freed !== undefined) await plans.replace(freed, freed)
  })

  test('P8: leaves out an unreadable plan, which it reports, and an unreadable chunk', async () => {
    const put = (item: object) =>
      table.client.send(new PutItemCommand({ TableName: table.name, Item: marshall(item) }))
    await put({ pk: 'BACKFILLS', sk: 'by-hand', state: 'RUNNING' })
    const reported: string[] = []
    const report = ({ sk }: { readonly sk: string }) => void reported.push(sk)
    const plans = dynamoDbBackfillPlans(table.client, table.name, { report })
    expect((await plans.all()).some((plan) => plan.name === 'by-hand')).toBe(false)
    expect(reported).toEqual(['by-hand'])
    const plan = newPlan('damaged', 'dzd_orders', t0)
    await put({ pk: `BACKFILL#damaged#${t0}`, sk: 'CHUNK#000000', entries: [{ assetId: 7 }] })
    expect(await plans.chunk(plan, 0)).toBeUndefined()
  })
})
