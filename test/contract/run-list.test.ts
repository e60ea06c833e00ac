import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toItem } from '../../lib/adapters/dynamodb/run-item.ts'
import { dynamoDbRunList } from '../../lib/adapters/dynamodb/run-list.ts'
import { dynamoDbSwitchWriter } from '../../lib/adapters/dynamodb/switch-writer.ts'
import { dynamoDbSwitches } from '../../lib/adapters/dynamodb/switches.ts'
import type { RunListQuery } from '../../lib/ports/run-list.ts'
import type { Run } from '../../lib/run/run.ts'
import type { RunSummary } from '../../lib/run/run-summary.ts'
import { eventually } from '../support/eventually.ts'
import { minute, parkedRun, rejectedRun, subject, t0 } from '../support/runs.ts'
import { dynamoDbs, openRunTable, type RunTable } from './run-table.ts'

describe.each(dynamoDbs)('the run list and the switch writer in DynamoDB at $name', ({ environment }) => {
  let table: RunTable
  beforeAll(async () => {
    table = await openRunTable(environment)
  })
  afterAll(() => table?.close())

  const put = (run: Run) =>
    table.client.send(new PutItemCommand({ TableName: table.name, Item: marshall(toItem(run)) }))

  const listed = async (query: RunListQuery): Promise<readonly RunSummary[]> => {
    const all: RunSummary[] = []
    for await (const page of dynamoDbRunList(table.client, table.name).newestFirst(query)) all.push(...page)
    return all
  }

  test('lists the runs of one domain and status, newest first, between two times', async () => {
    const changed = (assetId: string, atMs: number) =>
      rejectedRun({ subject: { ...subject, assetId }, history: [{ atMs, what: 'REJECTED' }] })
    await put(changed('asset-1', t0))
    await put(changed('asset-2', t0 + minute))
    await put(changed('asset-3', t0 + 2 * minute))
    await put(parkedRun({ subject: { ...subject, assetId: 'asset-4' } }))
    const query = { domainId: subject.domainId, status: 'REJECTED' }
    await eventually(async () => expect(await listed(query)).toHaveLength(3))
    expect((await listed(query)).map(({ assetId }) => assetId)).toEqual(['asset-3', 'asset-2', 'asset-1'])
    const bounded = await listed({ ...query, sinceMs: t0 + minute, beforeMs: t0 + 2 * minute })
    expect(bounded).toEqual([
      expect.objectContaining({
        record: expect.stringMatching(/^RUN#/),
        assetId: 'asset-2',
        status: 'REJECTED',
        createdAtMs: t0,
        updatedAtMs: t0 + minute,
        error: { name: 'ValidationException', message: 'no structured schema' },
      }),
    ])
  })

  test('writes pauses that the starter reads, and resumes them', async () => {
    const writer = dynamoDbSwitchWriter(table.client, table.name)
    const pauseOf = () => dynamoDbSwitches(table.client, table.name, () => 0).pauseOf('dzd_b', 'p1')
    const scope = { domainId: 'dzd_b', projectId: 'p1' }
    await writer.pause(scope, { reason: 'migration', pausedBy: 'ana' })
    expect(await pauseOf()).toEqual({ reason: 'migration', pausedBy: 'ana' })
    expect(await writer.resume(scope)).toBe(true)
    expect(await pauseOf()).toBeUndefined()
    expect(await writer.resume(scope)).toBe(false)
    await writer.pause({ domainId: 'dzd_b' }, { reason: 'whole domain' })
    expect(await pauseOf()).toEqual({ reason: 'whole domain' })
  })
})
