import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { dynamoDbRunStore } from '../../lib/adapters/dynamodb/run-store.ts'
import type { Run } from '../../lib/run/run.ts'
import { minute, parkedRun, subject, t0 } from '../support/runs.ts'
import { openRunTable, type RunTable } from './run-table.ts'

let table: RunTable
beforeAll(async () => {
  table = await openRunTable({})
})
afterAll(() => table?.close())

/** The options of the command in docs/OPERATIONS.md that makes due what waits for a cap, as a shell reads them. */
const command = async () => {
  const text = await readFile(join(import.meta.dirname, '../../docs/OPERATIONS.md'), 'utf8')
  const part = text.slice(text.indexOf('### Make capped requests due'))
  const options = (from: string) => {
    const given = new Map(
      [...part.slice(part.indexOf(from)).matchAll(/--([\w-]+) '([^']*(?:'"[^"]*"'[^']*)?)'/g)]
        .map(([, name = '', value = '']) => [name, value] as const)
        .reverse(),
    )
    return (name: string): string => given.get(name) ?? ''
  }
  return { query: options('dynamodb query'), update: options('update-item') }
}

const values = (json: string) =>
  z.parse(
    z.record(z.string(), z.union([z.object({ S: z.string() }), z.object({ N: z.string() })])),
    JSON.parse(json),
  )

test('makes a record that waits for a cap due with the command of docs/OPERATIONS.md, and leaves it valid', async () => {
  const store = dynamoDbRunStore(table.client, table.name, { backOff: async () => {} })
  const about = (assetId: string) => ({ ...subject, domainId: 'dzd_4hcuvz5s9kx7ma', assetId })
  const later = { version: 0, retryAtMs: t0 + 60 * minute }
  const full = parkedRun({ ...later, subject: about('full'), reason: 'CAP_FULL' })
  await store.create(full)
  await store.create(parkedRun({ ...later, subject: about('denied'), reason: 'DENIED' }))

  const { query, update } = await command()
  const found = await table.client.send(
    new QueryCommand({
      TableName: table.name,
      IndexName: 'byDomainStatus',
      KeyConditionExpression: query('key-condition-expression'),
      FilterExpression: query('filter-expression'),
      ExpressionAttributeValues: values(query('expression-attribute-values')),
    }),
  )
  expect(found.Items).toHaveLength(1)
  for (const { pk, sk } of found.Items ?? []) {
    if (pk === undefined || sk === undefined) throw new Error('an index shows keys')
    const now = `'"$(date +%s)"'000`
    await table.client.send(
      new UpdateItemCommand({
        TableName: table.name,
        Key: { pk, sk },
        ConditionExpression: update('condition-expression'),
        UpdateExpression: update('update-expression'),
        ExpressionAttributeNames: z.parse(
          z.record(z.string(), z.string()),
          JSON.parse(update('expression-attribute-names')),
        ),
        ExpressionAttributeValues: values(update('expression-attribute-values').replace(now, String(t0))),
      }),
    )
  }

  const due: Run[] = []
  for await (const page of store.waiting(t0)) due.push(...page.runs)
  expect(due).toEqual([{ ...full, version: 2, retryAtMs: t0 }])
  expect(await store.save({ ...full, version: 1 })).toBeUndefined()
})
