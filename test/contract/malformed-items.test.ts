import { type AttributeValue, DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dynamoDbBreakers } from '../../lib/adapters/dynamodb/breakers.ts'
import { dynamoDbCapUsage } from '../../lib/adapters/dynamodb/cap-usage.ts'
import { toItem } from '../../lib/adapters/dynamodb/run-item.ts'
import { dynamoDbRunStore } from '../../lib/adapters/dynamodb/run-store.ts'
import { dynamoDbStartPace } from '../../lib/adapters/dynamodb/start-pace.ts'
import { dynamoDbSwitches } from '../../lib/adapters/dynamodb/switches.ts'
import { openBreaker } from '../../lib/run/breaker.ts'
import { runKey } from '../../lib/run/identity.ts'
import { claimedRun, endedRun, minute, sourceSubject, subject, t0 } from '../support/runs.ts'
import { dynamoDbs, openRunTable, putItem, type RunTable, reportingStore } from './run-table.ts'

/** Later than every breaker of these tests was opened. */
const now = () => t0 + 24 * 60 * minute

/** Numbers that DynamoDB stores and that are not safe integers. */
const oddNumbers = ['12345678901234567890.5', '9007199254740993', '1e100', '-1e-120']

const pauses = { firstMs: minute, maxMs: 15 * minute, leaseMs: minute, quotaProbeMs: 240 * minute }
const denied = { reason: 'DENIED', domainId: 'dzd_orders', projectId: 'project-1' } as const

/** P8: one malformed item does not stop the reader of those beside it. */
describe.each(dynamoDbs)('malformed items in DynamoDB at $name', ({ environment, isMoto }) => {
  let table: RunTable
  beforeAll(async () => {
    table = await openRunTable(environment)
  })
  afterAll(() => table?.close())

  type Item = Record<string, AttributeValue>

  /** Runs `work` while the item is in the table. */
  const beside = async (item: Item, work: () => Promise<void>) => {
    const { pk = { S: '' }, sk = { S: '' } } = item
    await table.client.send(new PutItemCommand({ TableName: table.name, Item: item }))
    try {
      await work()
    } finally {
      await table.client.send(new DeleteItemCommand({ TableName: table.name, Key: { pk, sk } }))
    }
  }

  test.each(oddNumbers)('reads switches and breakers beside one with the number %s', async (N) => {
    const pk = { S: 'SWITCH#dzd_a' }
    await beside({ pk, sk: { S: 'PROJECT#p1' }, paused: { N }, reason: { N } }, async () => {
      const switches = dynamoDbSwitches(table.client, table.name, () => t0)
      expect(await switches.pauseOf('dzd_a', 'p1')).toEqual({})
      expect(await switches.pauseOf('dzd_a', 'p2')).toBeUndefined()
    })
    const breakers = dynamoDbBreakers(table.client, table.name, { now })
    const breaker = openBreaker(denied, 'Start', t0, pauses)
    await breakers.trip(breaker)
    await beside({ pk: { S: 'BREAKERS' }, sk: { S: 'DENIED#?' }, openedAtMs: { N } }, async () => {
      expect(await breakers.openBreakers()).toEqual([breaker])
    })
    await breakers.close(breaker)
  })

  test('ignores and reports a breaker under a wrong key or with a wrong time', async () => {
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
    await beside({ ...item, sk: { S: 'DENIED#dzd_orders' } }, async () => {
      expect(await breakers.openBreakers()).toEqual([])
    })
    await beside({ ...item, openedAtMs: { N: '9e15' } }, async () => {
      expect(await breakers.openBreakers()).toEqual([])
    })
    expect(reported).toEqual([
      [{ pk: 'BREAKERS', sk: 'DENIED#dzd_orders' }, 'is ignored: its sk must be DENIED#dzd_orders#project-1'],
      [{ pk: 'BREAKERS', sk: 'DENIED#dzd_orders#project-1' }, 'is ignored: wrong fields openedAtMs'],
    ])
    await beside(item, async () => {
      expect(await breakers.openBreakers()).toEqual([openBreaker(denied, 'Start', t0, pauses)])
    })
  })

  test.each(['domain', 'PROJECT', 'PROJECT#', 'PROJECT# p1', 'p1', 'ASSET#a'])(
    'ignores and reports a switch with the sort key %j',
    async (sk) => {
      const reported: unknown[] = []
      const switches = dynamoDbSwitches(
        table.client,
        table.name,
        () => t0,
        (...all) => reported.push(all),
      )
      await beside(marshall({ pk: 'SWITCH#dzd_b', sk, paused: true }), async () => {
        expect(await switches.pauseOf('dzd_b', 'p1')).toBeUndefined()
        // The project of an event may not be known yet.
        expect(await switches.pauseOf('dzd_b', '')).toBeUndefined()
      })
      expect(reported).toEqual([
        [{ pk: 'SWITCH#dzd_b', sk }, expect.stringContaining('PROJECT# and the project id')],
      ])
    },
  )

  test('does not report a correct switch', async () => {
    const reported: unknown[] = []
    const switches = dynamoDbSwitches(
      table.client,
      table.name,
      () => t0,
      (...all) => reported.push(all),
    )
    await beside(marshall({ pk: 'SWITCH#dzd_c', sk: 'PROJECT#p1', paused: true }), async () => {
      expect(await switches.pauseOf('dzd_c', 'p1')).toEqual({})
    })
    expect(reported).toEqual([])
  })

  test.each(oddNumbers)('reads records beside one with the number %s', async (N) => {
    const store = dynamoDbRunStore(table.client, table.name, { backOff: async () => {} })
    const [good, odd] = [endedRun(), endedRun({ attempt: 2 })]
    await beside(marshall(toItem(good)), () =>
      beside({ ...marshall(toItem(odd)), schemaVersion: { S: 'one' }, more: { N } }, async () => {
        const { runs, unreadable } = await store.runsOf(good.subject)
        expect(runs).toMatchObject([{ attempt: 1 }])
        expect(unreadable).toEqual([{ key: runKey(odd), isNewer: false, problem: 'has no schemaVersion' }])
      }),
    )
  })

  test('finds a record damaged whose time cannot be printed, so that its event holds back no other', async () => {
    const store = dynamoDbRunStore(table.client, table.name, { backOff: async () => {} })
    const run = endedRun({ detectedAtMs: 9e15 })
    await beside(marshall(toItem(run)), async () => {
      const { runs, unreadable } = await store.runsOf(run.subject)
      expect({ runs, unreadable }).toMatchObject({
        runs: [],
        unreadable: [{ problem: 'is damaged at detectedAtMs' }],
      })
    })
  })

  const reporting = () => reportingStore(table)
  const put = (item: object) => putItem(table, item)

  test('P9: reports a lease in the year 2100 that it takes for due', async () => {
    const run = claimedRun({ subject: { ...subject, assetId: 'leased' }, leaseEndsAtMs: Date.UTC(2100, 0) })
    await beside(marshall(toItem(run)), async () => {
      const { store, reported } = reporting()
      const due: unknown[] = []
      for await (const page of store.due(t0 + minute)) due.push(...page.runs)
      expect(due).toMatchObject([{ subject: { assetId: 'leased' }, leaseEndsAtMs: t0 + minute }])
      const { partition, record } = runKey(run)
      expect(reported).toEqual([[{ pk: partition, sk: record }, expect.stringContaining('far ahead')]])
    })
  })

  test.each<readonly [string, string | number]>([
    // Moto answers TypeError where a transaction compares a text with a number.
    ...(isMoto ? [] : [['a text', 'many'] as const]),
    ['negative', -5],
    ['absurd', 1e12],
  ])('P7: takes a cap for full whose counter is %s, and reports it', async (_, runs) => {
    const counter = { cap: `damaged ${runs}`, period: 'DAY#2026-11-20' }
    const key = { pk: `CAP#${counter.cap}`, sk: counter.period }
    const counts = [{ counter, limit: 100, periodEndsAtMs: t0 }]
    const { store, reported } = reporting()
    await beside(marshall({ ...key, runs }), async () => {
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
  ])('P8: replaces a claim count with %s, and refuses claims decided before', async (name, fields) => {
    const source = { ...sourceSubject, dataSourceId: `counted-${name.replaceAll(/\W/g, '-')}` }
    const { store, reported } = reporting()
    const key = { pk: `SOURCE#dzd_orders#${source.dataSourceId}`, sk: 'CLAIMS' }
    await beside({ ...marshall(key), ...fields }, async () => {
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
  })

  test('finds a record unreadable that was copied to another key, where no write would find it', async () => {
    const store = dynamoDbRunStore(table.client, table.name, { backOff: async () => {} })
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

  test.each(oddNumbers)('replaces a pace with the number %s', async (N) => {
    const key = { pk: { S: 'PACE#START' }, sk: { S: 'PACE' } }
    await beside({ ...key, version: { S: 'x' }, nextSlotMs: { N } }, async () => {
      const pace = dynamoDbStartPace(table.client, table.name, 10)
      expect(await pace.reserve(1, t0, t0 + minute)).toMatchObject([{ atMs: t0 }])
    })
  })

  const year2100 = Date.UTC(2100, 0)
  const paceKey = { pk: 'PACE#START', sk: 'PACE' }
  const lowered = { loweredRate: 1, limitRate: 1 }

  test.each<[string, { readonly version: number; readonly [name: string]: unknown }]>([
    ['a next slot in the year 2100', { version: 3, nextSlotMs: year2100 }],
    [
      'a next slot an hour ahead, of a starter whose clock runs ahead',
      { version: 3, nextSlotMs: t0 + 60 * minute },
    ],
    ['a version of 2^53', { version: 2 ** 53, nextSlotMs: t0 }],
    ['a negative version', { version: -1, nextSlotMs: t0 }],
    ['a rate of zero', { version: 3, nextSlotMs: t0, ...lowered, loweredRate: 0, loweredAtMs: t0 }],
    ['a cut of the rate in the year 2100', { version: 3, nextSlotMs: t0, ...lowered, loweredAtMs: year2100 }],
    [
      'throttling in the year 2100',
      { version: 3, nextSlotMs: t0, throttling: { sum: 1, count: 1, firstAtMs: t0, lastAtMs: year2100 } },
    ],
    [
      'throttling by chance in the year 2100',
      { version: 3, nextSlotMs: t0, chance: { share: 0.3, sinceMs: year2100 } },
    ],
    ['a share of two', { version: 3, nextSlotMs: t0, chance: { share: 2, sinceMs: t0 } }],
  ])('P8: replaces and reports a pace with %s', async (_, fields) => {
    const reported: unknown[] = []
    const options = { report: (...all: unknown[]) => reported.push(all) }
    const item = {
      ...marshall({ ...paceKey, ...fields, version: 0 }),
      version: { N: String(fields.version) },
    }
    await beside(item, async () => {
      const pace = dynamoDbStartPace(table.client, table.name, 10, options)
      const slots = await pace.reserve(2, t0, t0 + minute)
      expect(slots.map(({ atMs }) => atMs)).toEqual([t0, t0 + 100])
      const other = dynamoDbStartPace(table.client, table.name, 10, options)
      expect(await other.reserve(1, t0, t0 + minute)).toMatchObject([{ atMs: t0 + 200 }])
    })
    expect(new Set(reported.map((one) => JSON.stringify(one))).size).toBe(1)
    expect(reported[0]).toEqual([paceKey, expect.stringContaining('replaced')])
  })

  test("P7: keeps the pace of the others when one starter's clock runs ahead", async () => {
    const [ahead, other] = [1, 2].map(() => dynamoDbStartPace(table.client, table.name, 10))
    for (let round = 0; round < 3; round += 1) {
      await ahead?.reserve(1, t0 + 60 * minute, t0 + 61 * minute)
      const nowMs = t0 + round * 1000
      expect(await other?.reserve(1, nowMs, nowMs + minute)).toMatchObject([{ atMs: nowMs }])
    }
    await table.client.send(new DeleteItemCommand({ TableName: table.name, Key: marshall(paceKey) }))
  })

  const farAhead = /too far in the future/
  test.each([
    ['opened in the year 2100', { openedAtMs: year2100 }, farAhead],
    ['to be probed in the year 2100', { nextProbeAtMs: year2100 }, farAhead],
    ['opened at a text', { openedAtMs: 'soon' }, /openedAtMs/],
    ['with a negative count of probes', { probes: -1 }, /probes/],
    ['of an unknown call', { call: 'Stop' }, /call/],
    ['without a cause', { cause: null }, /cause/],
  ])('P8: ignores and reports a breaker %s, and a refusal opens it again', async (_, field, problem) => {
    const reported: unknown[] = []
    const breakers = dynamoDbBreakers(table.client, table.name, {
      now,
      report: (...all) => reported.push(all),
    })
    const breaker = openBreaker(denied, 'Start', t0, pauses)
    const item = marshall({ pk: 'BREAKERS', sk: 'DENIED#dzd_orders#project-1', ...breaker, ...field })
    await beside(item, async () => {
      expect(await breakers.openBreakers()).toEqual([])
      expect(reported).toEqual([[expect.anything(), expect.stringMatching(problem)]])
      await breakers.trip(breaker)
      expect(await breakers.openBreakers()).toEqual([breaker])
    })
  })
})
