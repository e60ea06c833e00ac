import {
  type AttributeValue,
  DeleteItemCommand,
  PutItemCommand,
  paginateScan,
} from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dynamoDbRunStore } from '../../lib/adapters/dynamodb/run-store.ts'
import type { StarterSettings } from '../../lib/usecases/start/start-context.ts'
import { runRequest } from '../support/messages.ts'
import { minute, t0 } from '../support/runs.ts'
import { answered, serviceRun } from '../support/scripted-datazone.ts'
import { starterWorld } from '../support/starter-world.ts'
import { dynamoDbs, openRunTable, type RunTable } from './run-table.ts'

const [embedded] = dynamoDbs
if (embedded === undefined) throw new Error('this machine has no embedded DynamoDB engine')

let table: RunTable
beforeAll(async () => {
  table = await openRunTable(embedded.environment)
})
afterAll(() => table?.close())

type Item = Record<string, AttributeValue>

const allItems = async (): Promise<readonly Item[]> => {
  const items: Item[] = []
  for await (const page of paginateScan(
    { client: table.client },
    { TableName: table.name, ConsistentRead: true },
  ))
    items.push(...(page.Items ?? []))
  return items
}

/** Replaces the items of the table by those of a snapshot. */
const restore = async (snapshot: readonly Item[]): Promise<void> => {
  for (const { pk, sk } of await allItems()) {
    if (pk === undefined || sk === undefined) continue
    await table.client.send(new DeleteItemCommand({ TableName: table.name, Key: { pk, sk } }))
  }
  for (const Item of snapshot) await table.client.send(new PutItemCommand({ TableName: table.name, Item }))
}

test.each<[string, Partial<StarterSettings>, number]>([
  ['no second run with RestoredTo', { restoredToMs: t0 }, 1],
  ['a second run without it, which is why the parameter exists', {}, 2],
])('P1: starts %s after the table was restored from a snapshot', async (name, settings, expected) => {
  const assetId = `asset-${expected}`
  const runs: ReturnType<typeof serviceRun>[] = []
  const worldWith = (over: Partial<StarterSettings>) =>
    starterWorld({
      table: dynamoDbRunStore(table.client, table.name),
      settings: over,
      script: {
        // DataZone has forgotten every client token by the time that a table is restored.
        startRun: async ({ revision, types }) => {
          const createdAtMs = t0 + 10 * minute
          const run = serviceRun({ runId: `${assetId}-run-${runs.length}`, revision, types, createdAtMs })
          runs.push(run)
          return answered(run)
        },
        listRuns: async () => answered({ runs }),
      },
    })
  const body = runRequest({ requestId: name, asset: { id: assetId, revision: '4' } })

  const snapshot = await allItems()
  const before = worldWith({})
  before.clock.advance(10 * minute)
  expect(await before.outcomes(body)).toEqual(['started'])
  await restore(snapshot)

  const after = worldWith(settings)
  after.clock.advance(60 * minute)
  expect(await after.outcomes(body)).toEqual(['started'])
  expect(runs).toHaveLength(expected)
  // The record holds the run again.
  expect(await after.outcomes(body)).toEqual(['duplicate'])
})
