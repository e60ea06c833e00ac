import { BatchWriteItemCommand, DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { dynamoDbBreakers } from '../../lib/adapters/dynamodb/breakers.ts'
import { parseItem, toItem } from '../../lib/adapters/dynamodb/run-item.ts'
import { dynamoDbRunStore } from '../../lib/adapters/dynamodb/run-store.ts'
import { PortUnavailable } from '../../lib/errors.ts'
import { simulatedTable } from '../simulation/ports/run-store.ts'
import { memoryRunStore } from '../support/memory-run-store.ts'
import {
  claimedRun,
  endedRun,
  inFlightRun,
  minute,
  parkedRun,
  sourceSubject,
  subject,
  t0,
} from '../support/runs.ts'
import { runStoreContract } from './run-store.suite.ts'
import { dynamoDbs, openRunTable, type RunTable } from './run-table.ts'
import { driven } from './simulated.ts'

/** Returns a time after every breaker of these tests was opened. */
const now = () => t0 + 24 * 3600_000

runStoreContract(
  'the store of unit tests',
  async () => {
    const store = memoryRunStore()
    return {
      store,
      plant: async (item) => {
        const parsed = parseItem(item)
        if ('problem' in parsed) store.unreadable.push(parsed)
        else store.put(parsed)
      },
      close: async () => {},
    }
  },
  { holdsItems: false },
)

runStoreContract('the simulated table', async () => {
  const { time, step } = driven(t0)
  const table = simulatedTable({ time })
  return {
    store: table.storeFor(step),
    plant: async (item) => table.plant(item),
    close: async () => {},
  }
})

runStoreContract('the simulated table, whose index lags', async () => {
  const { time, step, random } = driven(t0)
  const table = simulatedTable({ time, indexLagMs: () => random.whole(0, 20) })
  return {
    store: table.storeFor(step),
    plant: async (item) => table.plant(item),
    close: async () => {},
  }
})

const withoutWait = async () => {}

for (const { name, environment, isolatesTransactions } of dynamoDbs) {
  runStoreContract(
    `DynamoDB at ${name}`,
    async () => {
      const table = await openRunTable(environment)
      return {
        store: dynamoDbRunStore(table.client, table.name, { backOff: withoutWait }),
        plant: async (item) => {
          await table.client.send(
            new PutItemCommand({
              TableName: table.name,
              Item: marshall(item, { removeUndefinedValues: true }),
            }),
          )
        },
        close: table.close,
      }
    },
    { isolatesTransactions },
  )
}

describe.each(dynamoDbs)('the store in DynamoDB at $name', ({ environment, isMoto }) => {
  let table: RunTable
  beforeAll(async () => {
    table = await openRunTable(environment)
  })
  afterAll(() => table?.close())

  const itemOf = async (pk: string) => {
    const { Items = [] } = await table.client.send(new ScanCommand({ TableName: table.name }))
    return Items.map((item) => unmarshall(item)).find((item) => item['pk'] === pk)
  }
  const day = 24 * 3600

  test('P1: reads everything that a decision depends on with strong consistency', async () => {
    const client = table.newClient()
    const reads: unknown[] = []
    client.middlewareStack.add(
      (next) => async (args) => {
        if ('KeyConditionExpression' in args.input)
          reads.push([args.input.IndexName, args.input.ConsistentRead])
        return next(args)
      },
      { step: 'initialize' },
    )
    const store = dynamoDbRunStore(client, table.name, { backOff: withoutWait })
    const read = { ...subject, assetId: 'read' }
    await store.create(inFlightRun({ subject: read, runId: 'run-read' }))
    await store.runsOf(read)
    await store.byRunId('run-read')
    await store.decidingRunsOf({ ...sourceSubject, attemptsOf: 'RUN#load-1#0001', endedSinceMs: t0 })
    await store.holderOf('dzd_orders', 'run-read')
    await dynamoDbBreakers(client, table.name, { now }).openBreakers()
    expect(reads).toEqual([
      [undefined, true],
      ['byRunId', undefined],
      [undefined, true],
      [undefined, true],
      ['byActiveUntil', true],
      [undefined, true],
      [undefined, true],
      [undefined, true],
    ])
  })

  test.skipIf(isMoto)('consumes few read units for a data source with 5,000 records', async () => {
    const hour = 3600_000
    const source = { ...sourceSubject, dataSourceId: 'busy' }
    const query = { domainId: source.domainId, dataSourceId: source.dataSourceId }
    // 25 runs a day for 200 days.
    const items = Array.from({ length: 5000 }, (_, index) => {
      const startedAtMs = t0 - (index + 1) * (24 / 25) * hour
      const at = { startedAtMs, createdAtMs: startedAtMs, detectedAtMs: startedAtMs + minute }
      const run = { subject: { ...source, triggerKey: `load-${index}` }, runId: `busy-${index}` }
      return toItem(endedRun({ ...run, ...at, announcedAtMs: at.detectedAtMs }))
    })
    for (let from = 0; from < items.length; from += 25) {
      const puts = items.slice(from, from + 25).map((item) => ({ PutRequest: { Item: marshall(item) } }))
      await table.client.send(new BatchWriteItemCommand({ RequestItems: { [table.name]: puts } }))
    }
    const client = table.newClient()
    let units = 0
    client.middlewareStack.add(
      (next) => async (args) => {
        Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' })
        const answer = await next(args)
        const { ConsumedCapacity } = z
          .object({ ConsumedCapacity: z.object({ CapacityUnits: z.number() }) })
          .parse(answer.output)
        units += ConsumedCapacity.CapacityUnits
        return answer
      },
      { step: 'initialize' },
    )
    const store = dynamoDbRunStore(client, table.name, { backOff: withoutWait })
    const decisive = await store.decidingRunsOf({
      ...query,
      attemptsOf: 'RUN#load-4000#0001',
      endedSinceMs: t0 - 25 * hour,
    })
    expect(decisive.runs).toHaveLength(27)
    expect(units).toBeLessThanOrEqual(10)
    units = 0
    expect((await store.runsOf(source)).runs).toHaveLength(5000)
    expect(units).toBeGreaterThan(500)
  })

  test('P7: expires a counter a quarter of a year after its period', async () => {
    const counts = [{ counter: { cap: 'all', period: 'DAY#2026-11-20' }, limit: 1, periodEndsAtMs: t0 + 7 }]
    await dynamoDbRunStore(table.client, table.name, { backOff: withoutWait }).claim(
      claimedRun({ version: 0 }),
      {
        capCounts: counts,
      },
    )
    expect(await itemOf('CAP#all')).toEqual({
      pk: 'CAP#all',
      sk: 'DAY#2026-11-20',
      runs: 1,
      ttlEpochSeconds: t0 / 1000 + 90 * day,
    })
  })

  test.each([
    ['began before it was recorded', t0 - 9, t0 + 1],
    ['began after it was recorded', t0 + 1, t0 - 9],
  ])(
    'P1: keeps the item of a run id, which names its record, for half a year when the run %s',
    async (_, startedAtMs, createdAtMs) => {
      const run = inFlightRun({
        subject: { ...sourceSubject, triggerKey: `load-${startedAtMs}` },
        runId: `run-${startedAtMs}`,
        version: 0,
        startedAtMs,
        createdAtMs,
      })
      await dynamoDbRunStore(table.client, table.name, { backOff: withoutWait }).recordRunId(run)
      expect(await itemOf(`RUNID#dzd_orders#${run.runId}`)).toEqual({
        pk: `RUNID#dzd_orders#${run.runId}`,
        sk: 'HOLDER',
        heldBy: `SOURCE#dzd_orders#source-1 RUN#load-${startedAtMs}#0001`,
        ttlEpochSeconds: t0 / 1000 + 183 * day,
      })
    },
  )
})

const allConditions = {
  replaces: parkedRun(),
  claimCount: 0,
  capCounts: [{ counter: { cap: 'all', period: 'DAY#2026-11-20' }, limit: 1, periodEndsAtMs: t0 }],
}

const everyCall = [
  ['create', (store) => store.create(claimedRun())],
  ['create that replaces a request', (store) => store.create(claimedRun(), parkedRun())],
  ['claim', (store) => store.claim(claimedRun())],
  ['claim with all conditions', (store) => store.claim(claimedRun(), allConditions)],
  ['save', (store) => store.save(claimedRun())],
  ['endWithNext', (store) => store.endWithNext(endedRun(), parkedRun({ attempt: 2 }))],
  ['dropRequest', (store) => store.dropRequest(parkedRun())],
  ['recordRunId', (store) => store.recordRunId(inFlightRun({ subject: sourceSubject }))],
  ['byRunId', (store) => store.byRunId('run-1')],
  ['runsOf', (store) => store.runsOf(subject)],
  ['decidingRunsOf', (store) => store.decidingRunsOf({ ...sourceSubject, endedSinceMs: t0 })],
  ['holderOf', (store) => store.holderOf('dzd_orders', 'run-1')],
  ['due', (store) => store.due(t0)[Symbol.asyncIterator]().next()],
  ['waiting', (store) => store.waiting(t0)[Symbol.asyncIterator]().next()],
  ['parkedAfter', (store) => store.parkedAfter(t0)[Symbol.asyncIterator]().next()],
] as const satisfies [string, (store: ReturnType<typeof dynamoDbRunStore>) => Promise<unknown>][]

describe('a store that cannot answer', () => {
  test.each(everyCall)('throws PortUnavailable: %s in DynamoDB', async (_, call) => {
    const client = new DynamoDBClient({
      endpoint: 'http://127.0.0.1:1',
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    })
    await expect(call(dynamoDbRunStore(client, 'runs', { backOff: withoutWait }))).rejects.toThrow(
      PortUnavailable,
    )
    client.destroy()
  })

  test.each(everyCall)('throws PortUnavailable: %s in the simulation', async (_, call) => {
    const { time, step, unplug } = driven(t0)
    unplug()
    await expect(call(simulatedTable({ time }).storeFor(step))).rejects.toThrow(PortUnavailable)
  })
})
