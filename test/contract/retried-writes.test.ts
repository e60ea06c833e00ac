import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { describe, expect, test } from 'vitest'
import { dynamoDbBreakers } from '../../lib/adapters/dynamodb/breakers.ts'
import { dynamoDbRunStore } from '../../lib/adapters/dynamodb/run-store.ts'
import { dynamoDbSkipLog } from '../../lib/adapters/dynamodb/skip-log.ts'
import { dynamoDbStartPace } from '../../lib/adapters/dynamodb/start-pace.ts'
import { dynamoDbSwitchWriter } from '../../lib/adapters/dynamodb/switch-writer.ts'
import { PortUnavailable } from '../../lib/errors.ts'
import type { Breaker } from '../../lib/run/breaker.ts'
import { claimedRun, endedRun, inFlightRun, parkedRun, subject, t0 } from '../support/runs.ts'

/**
 * The embedded engine raises neither conflicts nor throttling, so these tests script DynamoDB's answers, in its
 * protocol: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 */
const prefix = 'com.amazonaws.dynamodb.v20120810#'

const error = (name: string, fields: object = {}) => ({
  __type: `${prefix}${name}`,
  message: name,
  ...fields,
})

const canceled = (CancellationReasons: readonly object[]) =>
  error('TransactionCanceledException', { CancellationReasons })

interface WriteBody {
  readonly Item?: unknown
  readonly TransactItems?: readonly [{ readonly Put: { readonly Item: unknown } }]
}

type Script = (call: number, body: WriteBody, done: { readonly waits: number }) => object

const scripted = (script: Script, maxAttempts = 1) => {
  let calls = 0
  const operations: unknown[] = []
  const waits: number[] = []
  const requestHandler = {
    handle: async (request: {
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
    }) => {
      calls += 1
      operations.push(request.headers['x-amz-target'])
      const body = script(calls, JSON.parse(request.body), { waits: waits.length })
      return {
        response: {
          statusCode: '__type' in body ? 400 : 200,
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
    maxAttempts,
  })
  const backOff = async (tries: number) => void waits.push(tries)
  const ports = {
    store: dynamoDbRunStore(client, 'runs', { backOff }),
    breakers: dynamoDbBreakers(client, 'runs', { backOff }),
    pace: dynamoDbStartPace(client, 'runs', 10, { backOff }),
    switches: dynamoDbSwitchWriter(client, 'runs', backOff),
    skips: dynamoDbSkipLog(client, 'runs', backOff),
  }
  return { ...ports, ports, waits, operations, calls: () => calls }
}

/** Answers each write with a transaction that was canceled for these reasons; without any, the write succeeds. */
const answering = (reasonsOf: (call: number) => readonly string[]) =>
  scripted((call) => {
    const reasons = reasonsOf(call)
    return reasons.length === 0 ? {} : canceled(reasons.map((Code) => ({ Code })))
  })

const claim = claimedRun({ version: 0 })
const count = { counter: { cap: 'all', period: 'DAY#2026-11-20' }, limit: 5, periodEndsAtMs: t0 }
const capCounts = [count, { ...count, counter: { cap: 'all', period: 'MONTH#2026-11' } }]

describe('a claim', () => {
  test('is a plain put if nothing else is written with it, because a transaction costs twice as much', async () => {
    const { store, operations } = answering(() => [])
    for (const conditions of [undefined, {}, { capCounts: [] }]) await store.claim(claim, conditions)
    await store.claim(claim, { capCounts })
    const put = 'DynamoDB_20120810.PutItem'
    expect(operations).toEqual([put, put, put, 'DynamoDB_20120810.TransactWriteItems'])
  })

  test('reports a full counter that it finds on a retry', async () => {
    const { store } = answering((call) =>
      call === 1
        ? ['None', 'TransactionConflict', 'TransactionConflict']
        : ['None', 'ConditionalCheckFailed', 'None'],
    )
    expect(await store.claim(claim, { capCounts })).toEqual({ outcome: 'full', full: [count] })
  })

  test('returns the failed condition, even if the transaction also met a conflict', async () => {
    const { store, waits } = answering(() => ['ConditionalCheckFailed', 'TransactionConflict', 'None'])
    expect(await store.claim(claim, { capCounts })).toEqual({ outcome: 'exists' })
    expect(waits).toEqual([])
  })

  test.each([{}, { capCounts }])(
    'P1: recognizes its own write after its first answer was lost: %j',
    async (conditions) => {
      const written: unknown[] = []
      const { store, calls } = scripted((call, body) => {
        const item = body.Item ?? body.TransactItems?.[0]?.Put.Item
        written.push(item)
        if (call === 1) throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
        return body.Item === undefined
          ? canceled([
              { Code: 'ConditionalCheckFailed', Item: written[0] },
              { Code: 'None' },
              { Code: 'None' },
            ])
          : error('ConditionalCheckFailedException', { Item: written[0] })
      }, 3)
      expect(await store.claim(claim, conditions)).toEqual({
        outcome: 'claimed',
        run: { ...claim, version: 1 },
      })
      expect(calls()).toBe(2)
    },
  )

  test.each([
    ['was written', true],
    ['was not written', false],
  ])('P1: reads the record once after every answer was lost, and the claim %s', async (_, isHeld) => {
    let written: unknown
    const { store, operations } = scripted((_call, body) => {
      if (body.Item === undefined) return { Items: isHeld ? [written] : [] }
      written = body.Item
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
    }, 2)
    const claiming = store.claim(claim)
    if (isHeld) expect(await claiming).toEqual({ outcome: 'claimed', run: { ...claim, version: 1 } })
    else await expect(claiming).rejects.toThrow(PortUnavailable)
    expect(operations.map((operation) => String(operation).split('.')[1])).toEqual([
      'PutItem',
      'PutItem',
      'Query',
    ])
  })

  test.each([{}, { capCounts }])(
    'P1: does not mistake the claim of another starter for its own: %j',
    async (conditions) => {
      const rival = { claimId: { S: 'of a rival' } }
      const { store } = scripted((_, body) =>
        body.Item === undefined
          ? canceled([{ Code: 'ConditionalCheckFailed', Item: rival }, { Code: 'None' }, { Code: 'None' }])
          : error('ConditionalCheckFailedException', { Item: rival }),
      )
      expect(await store.claim(claim, conditions)).toEqual({ outcome: 'exists' })
    },
  )
})

type Ports = ReturnType<typeof scripted>['ports']

const breaker: Breaker = {
  cause: { reason: 'DENIED', domainId: 'dzd_orders', projectId: 'project-1' },
  call: 'Start',
  openedAtMs: t0,
  probes: 0,
  nextProbeAtMs: t0,
}
const skip = { requestKey: 'event:1', reason: 'MODE_OFF', atMs: t0 } as const

const writes: readonly [string, (ports: Ports) => Promise<unknown>][] = [
  ['claim', ({ store }) => store.claim(claim)],
  ['claim with counters', ({ store }) => store.claim(claim, { capCounts })],
  ['create', ({ store }) => store.create(parkedRun())],
  ['create that replaces', ({ store }) => store.create(claim, parkedRun())],
  ['save', ({ store }) => store.save(inFlightRun())],
  ['endWithNext', ({ store }) => store.endWithNext(endedRun(), parkedRun())],
  ['recordRunId', ({ store }) => store.recordRunId(inFlightRun())],
  ['dropRequest', ({ store }) => store.dropRequest(parkedRun())],
  ['breaker trip', ({ breakers }) => breakers.trip(breaker)],
  ['breaker replace', ({ breakers }) => breakers.replace(breaker, { ...breaker, probes: 1 })],
  ['breaker close', ({ breakers }) => breakers.close(breaker)],
  ['pace reserve', ({ pace }) => pace.reserve(1, t0, t0)],
  ['pace slowDown', ({ pace }) => pace.slowDown(t0)],
  ['pause', ({ switches }) => switches.pause({ domainId: 'dzd_orders' }, {})],
  ['resume', ({ switches }) => switches.resume({ domainId: 'dzd_orders' })],
  ['skip', ({ skips }) => skips.record(subject, skip)],
]

describe.each(writes)('the write %s', (_, write) => {
  test.each([
    ['TransactionConflictException', error('TransactionConflictException')],
    ['TransactionInProgressException', error('TransactionInProgressException')],
    ['ProvisionedThroughputExceededException', error('ProvisionedThroughputExceededException')],
    ['TransactionConflict', canceled([{ Code: 'None' }, { Code: 'TransactionConflict' }])],
    ['ThrottlingError', canceled([{ Code: 'None' }, { Code: 'ThrottlingError' }])],
  ])('is retried in place after %s, with growing waits', async (_name, answer) => {
    const { ports, waits } = scripted((_call, _body, done) => (done.waits < 3 ? answer : {}))
    await write(ports)
    expect(waits).toEqual([1, 2, 3])
  })

  test('fails after a dozen tries', async () => {
    const { ports, waits } = scripted(() => error('TransactionConflictException'))
    await expect(write(ports)).rejects.toThrow(PortUnavailable)
    expect(waits).toHaveLength(11)
  })

  test('is not retried for an error that needs a fix', async () => {
    const { ports, waits } = scripted(() => error('ResourceNotFoundException'))
    await expect(write(ports)).rejects.toThrow(PortUnavailable)
    expect(waits).toEqual([])
  })
})
