import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dynamoDbRunCounters, dynamoDbRunCounts } from '../../lib/adapters/dynamodb/run-counts.ts'
import { dynamoDbSweepHistory, dynamoDbSweepLog } from '../../lib/adapters/dynamodb/sweep-log.ts'
import { PortUnavailable } from '../../lib/errors.ts'
import type { LastSweep } from '../../lib/ports/sweep-log.ts'
import { dynamoDbs, openRunTable, type RunTable } from './run-table.ts'

const day = '2026-11-28'
const countsOf = (projectId: string, counts: object) => ({ day, domainId: 'dzd_orders', projectId, counts })

describe.each(dynamoDbs)('run counts and the sweep log in $name', ({ environment }) => {
  let table: RunTable
  beforeAll(async () => {
    table = await openRunTable(environment)
  })
  afterAll(() => table.close())

  test('adds up the counts of a project and day, and lists its domain', async () => {
    const counters = dynamoDbRunCounters(table.client, table.name)
    await counters.add([countsOf('p1', { SUCCEEDED: 2, STARTED: 3 }), countsOf('p2', { FAILED: 1 })])
    await counters.add([countsOf('p1', { SUCCEEDED: 1, LOST: 1 })])
    const counts = dynamoDbRunCounts(table.client, table.name)
    expect(await counts.ofDay(day)).toEqual([
      countsOf('p1', { SUCCEEDED: 3, STARTED: 3, LOST: 1 }),
      countsOf('p2', { FAILED: 1 }),
    ])
    expect(await counts.ofDay('2026-11-27')).toEqual([])
    expect(await counts.domains()).toEqual(['dzd_orders'])
  })

  test('keeps the last sweep only, and returns none if it cannot be read', async () => {
    const log = dynamoDbSweepLog(table.client, table.name)
    const history = dynamoDbSweepHistory(table.client, table.name)
    expect(await history.last()).toBeUndefined()
    const sweep: LastSweep = {
      startedAtMs: 1,
      tookMs: 2,
      mode: 'run',
      caps: [{ name: 'names', type: 'BUSINESS_NAMES', perMonth: 50_000 }],
      defaultTypes: ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'],
      startRatePerSecond: 9.8,
      due: 3,
      announced: 1,
      released: 0,
      parked: { DENIED: 4 },
      nextAtMs: { DENIED: 99 },
      unreadable: 0,
      outOfTime: false,
      problems: ['release: timeout'],
    }
    await log.record(sweep)
    await log.record({ ...sweep, due: 4 })
    expect(await history.last()).toEqual({ ...sweep, due: 4 })
    const damaged = { pk: 'SWEEP', sk: 'LAST', startedAtMs: 'yesterday' }
    await table.client.send(new PutItemCommand({ TableName: table.name, Item: marshall(damaged) }))
    expect(await history.last()).toBeUndefined()
  })

  test('throws on reads but never on writes if the table does not answer', async () => {
    await dynamoDbRunCounters(table.client, 'no-such-table').add([countsOf('p1', { FAILED: 1 })])
    await expect(dynamoDbRunCounts(table.client, 'no-such-table').ofDay(day)).rejects.toThrow(PortUnavailable)
    await expect(dynamoDbSweepHistory(table.client, 'no-such-table').last()).rejects.toThrow(PortUnavailable)
  })
})
