import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { describe, expect, test } from 'vitest'
import { dynamoDbRunStore } from '../../lib/adapters/dynamodb/run-store.ts'
import { PortUnavailable } from '../../lib/errors.ts'
import { claimedRun, t0 } from '../support/runs.ts'

/**
 * The embedded engine never raises TransactionConflict, so here DynamoDB's answers are given, in the SDK's protocol:
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 */
const answering = (reasonsOf: (call: number) => readonly string[]) => {
  let calls = 0
  const operations: unknown[] = []
  const requestHandler = {
    handle: async ({ headers }: { readonly headers: Readonly<Record<string, string>> }) => {
      calls += 1
      operations.push(headers['x-amz-target'])
      const reasons = reasonsOf(calls)
      const isDone = reasons.length === 0
      const body = isDone
        ? {}
        : {
            __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
            message: 'Transaction cancelled',
            CancellationReasons: reasons.map((Code) => ({ Code })),
          }
      return {
        response: {
          statusCode: isDone ? 200 : 400,
          headers: { 'content-type': 'application/x-amz-json-1.0' },
          body: new TextEncoder().encode(JSON.stringify(body)),
        },
      }
    },
    updateHttpClientConfig: () => {},
    httpHandlerConfigs: () => ({}),
  }
  const client = new DynamoDBClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler,
  })
  const waits: number[] = []
  const store = dynamoDbRunStore(client, 'runs', async (tries) => {
    waits.push(tries)
  })
  return { store, waits, operations, calls: () => calls }
}

const claim = claimedRun({ version: 0 })
const count = { counter: { cap: 'all', period: 'DAY#2026-11-20' }, limit: 5, periodEndsAtMs: t0 }
const counts = [count, { ...count, counter: { cap: 'all', period: 'MONTH#2026-11' } }]

test('a claim that nothing goes with is a plain put: a transaction costs twice as much', async () => {
  const { store, operations } = answering(() => [])
  for (const terms of [undefined, {}, { capCounts: [] }]) await store.claim(claim, terms)
  await store.claim(claim, { capCounts: counts })
  const put = 'DynamoDB_20120810.PutItem'
  expect(operations).toEqual([put, put, put, 'DynamoDB_20120810.TransactWriteItems'])
})

describe('a claim that meets another transaction on a counter', () => {
  test('is tried again, after a wait that grows', async () => {
    const { store, waits, calls } = answering((call) =>
      call < 4 ? ['None', 'TransactionConflict', 'None'] : [],
    )
    expect(await store.claim(claim, { capCounts: counts })).toEqual({
      outcome: 'claimed',
      run: { ...claim, version: 1 },
    })
    expect([waits, calls()]).toEqual([[1, 2, 3], 4])
  })

  test('learns by and by that there is no room', async () => {
    const { store } = answering((call) =>
      call === 1
        ? ['None', 'TransactionConflict', 'TransactionConflict']
        : ['None', 'ConditionalCheckFailed', 'None'],
    )
    expect(await store.claim(claim, { capCounts: counts })).toEqual({ outcome: 'full', full: [count] })
  })

  test('takes a condition that failed for the answer, whatever else met', async () => {
    const { store, waits } = answering(() => ['ConditionalCheckFailed', 'TransactionConflict', 'None'])
    expect(await store.claim(claim, { capCounts: counts })).toEqual({ outcome: 'exists' })
    expect(waits).toEqual([])
  })

  test('gives up after a dozen tries: the table cannot answer', async () => {
    const { store, calls } = answering(() => ['None', 'TransactionConflict', 'None'])
    await expect(store.claim(claim, { capCounts: counts })).rejects.toThrow(PortUnavailable)
    expect(calls()).toBe(12)
  })

  test('is not tried again for any other reason', async () => {
    const { store, calls } = answering(() => ['None', 'ThrottlingError', 'None'])
    await expect(store.claim(claim, { capCounts: counts })).rejects.toThrow(PortUnavailable)
    expect(calls()).toBe(1)
  })
})
