import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dynamoDbCapUsage } from '../../lib/adapters/dynamodb/cap-usage.ts'
import { toItem } from '../../lib/adapters/dynamodb/run-item.ts'
import { dynamoDbRunStore } from '../../lib/adapters/dynamodb/run-store.ts'
import { runKey } from '../../lib/run/identity.ts'
import { claimedRun, endedRun, minute, sourceSubject, subject, t0 } from '../support/runs.ts'
import {
  dynamoDbs,
  openRunTable,
  putItem,
  type RunTable,
  reportingStore,
  unsafeNumbers,
  withItem,
} from './run-table.ts'

/**
 * P8: a malformed item does not hold up the items beside it. Malformed items of other ports are in the tests of the
 * port.
 */
describe.each(dynamoDbs)('malformed records and counters in DynamoDB at $name', ({ environment, isMoto }) => {
  let table: RunTable
  beforeAll(async () => {
    table = await openRunTable(environment)
  })
  afterAll(() => table?.close())

  test.each(unsafeNumbers)('reads a record beside one with the number %s', async (N) => {
    const store = dynamoDbRunStore(table.client, table.name, { backOff: async () => {} })
    const [good, malformed] = [endedRun(), endedRun({ attempt: 2 })]
    await withItem(table, marshall(toItem(good)), () =>
      withItem(
        table,
        { ...marshall(toItem(malformed)), schemaVersion: { S: 'one' }, more: { N } },
        async () => {
          const { runs, unreadable } = await store.runsOf(good.subject)
          expect(runs).toMatchObject([{ attempt: 1 }])
          expect(unreadable).toEqual([
            { key: runKey(malformed), isNewer: false, problem: 'has no schemaVersion' },
          ])
        },
      ),
    )
  })

  test('reports a record as damaged whose time cannot be printed, so that its event holds up no other', async () => {
    const store = dynamoDbRunStore(table.client, table.name, { backOff: async () => {} })
    const run = endedRun({ detectedAtMs: 9e15 })
    await withItem(table, marshall(toItem(run)), async () => {
      const { runs, unreadable } = await store.runsOf(run.subject)
      expect({ runs, unreadable }).toMatchObject({
        runs: [],
        unreadable: [{ problem: 'is damaged at detectedAtMs' }],
      })
    })
  })

  const reporting = () => reportingStore(table)
  const put = (item: object) => putItem(table, item)

  test('P9: treats a lease in the year 2100 as due, and reports it', async () => {
    const run = claimedRun({ subject: { ...subject, assetId: 'leased' }, leaseEndsAtMs: Date.UTC(2100, 0) })
    await withItem(table, marshall(toItem(run)), async () => {
      const { store, reported } = reporting()
      const due: unknown[] = []
      for await (const page of store.due(t0 + minute)) due.push(...page.runs)
      expect(due).toMatchObject([{ subject: { assetId: 'leased' }, leaseEndsAtMs: t0 + minute }])
      const { partition, record } = runKey(run)
      expect(reported).toEqual([[{ pk: partition, sk: record }, expect.stringContaining('far ahead')]])
    })
  })

  test.each<readonly [string, string | number]>([
    // Moto fails with TypeError if a transaction compares a text with a number.
    ...(isMoto ? [] : [['a text', 'many'] as const]),
    ['negative', -5],
    ['absurd', 1e12],
  ])('P7: treats a cap as full whose counter is %s, and reports it', async (_, runs) => {
    const counter = { cap: `damaged ${runs}`, period: 'DAY#2026-11-20' }
    const key = { pk: `CAP#${counter.cap}`, sk: counter.period }
    const counts = [{ counter, limit: 100, periodEndsAtMs: t0 }]
    const { store, reported } = reporting()
    await withItem(table, marshall({ ...key, runs }), async () => {
      const claim = claimedRun({ subject: { ...subject, assetId: `capped-${runs}` }, version: 0 })
      expect(await store.claim(claim, { capCounts: counts })).toEqual({ outcome: 'full', full: counts })
      expect(reported).toEqual([[key, expect.stringContaining('delete the item')]])
      const [used = 0] = await dynamoDbCapUsage(table.client, table.name).used([counter])
      expect(used).toBeGreaterThanOrEqual(100)
    })
    await put({ ...key, runs: 99 })
    const claim = claimedRun({ subject: { ...subject, assetId: `capped-${runs}` }, version: 0 })
    expect(await store.claim(claim, { capCounts: counts })).toMatchObject({ outcome: 'claimed' })
    const another = claimedRun({ subject: { ...subject, assetId: `capped-too-${runs}` }, version: 0 })
    expect(await store.claim(another, { capCounts: counts })).toMatchObject({ outcome: 'full' })
    expect(reported).toHaveLength(1)
  })

  test.each<[string, Record<string, AttributeValue>]>([
    ['a version of 2^53', { version: { N: String(2 ** 53) } }],
    ['a text as its version', { version: { S: 'seven' } }],
    ['no version', {}],
  ])(
    'P8: replaces a claim count with %s, and refuses claims that were decided before',
    async (name, fields) => {
      const source = { ...sourceSubject, dataSourceId: `counted-${name.replaceAll(/\W/g, '-')}` }
      const { store, reported } = reporting()
      const key = { pk: `SOURCE#dzd_orders#${source.dataSourceId}`, sk: 'CLAIMS' }
      await withItem(table, { ...marshall(key), ...fields }, async () => {
        const { claimCount, unreadable } = await store.decidingRunsOf({ ...source, endedSinceMs: t0 })
        expect(unreadable).toEqual([])
        expect(reported).toEqual([[key, 'is not a valid count of claims; it is replaced']])
        expect((await store.decidingRunsOf({ ...source, endedSinceMs: t0 })).claimCount).toBe(claimCount)
        expect(reported).toHaveLength(1)
        const claim = claimedRun({ subject: source, version: 0 })
        const [old, current] = [7, claimCount].map((count) => ({ claimCount: count }))
        expect(await store.claim(claim, old)).toEqual({ outcome: 'claim-count-changed' })
        expect(await store.claim(claim, current)).toMatchObject({ outcome: 'claimed' })
        expect((await store.runsOf(source)).unreadable).toEqual([])
      })
    },
  )

  test('reports a record as unreadable that was copied to another key, where no write would find it', async () => {
    const store = dynamoDbRunStore(table.client, table.name, { backOff: async () => {} })
    const run = endedRun()
    const copy = { ...marshall(toItem(run)), sk: { S: 'RUN#copy' } }
    await withItem(table, copy, async () => {
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
})
