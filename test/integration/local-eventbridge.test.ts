import { EventBridgeClient, ListApiDestinationsCommand, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Delivery } from '../../local/eventbridge/event-router.ts'
import { type EventBridgeServer, startEventBridge } from '../../local/eventbridge/server.ts'
import type { RulePlan } from '../../local/template/rules.ts'
import { eventually } from '../support/eventually.ts'

const rule: RulePlan = {
  logicalId: 'Rule',
  name: 'rule',
  arn: 'arn:rule',
  bus: 'default',
  pattern: { source: ['aws.datazone'], 'detail-type': ['Asset Added To Catalog'] },
  state: 'ENABLED',
  targets: [{ id: 't', arn: 'arn:Inbox', input: { kind: 'event' }, deadLetterArn: 'arn:Dead' }],
}
const assetAdded = { source: 'aws.datazone', 'detail-type': 'Asset Added To Catalog', detail: { asset: 'a' } }
const entry = { Source: 'mine', DetailType: 'Something', Detail: '{"a":1}' }

let bus: EventBridgeServer
let client: EventBridgeClient
let delivered: Delivery[] = []
let unreachable = new Set<string>()

beforeEach(async () => {
  delivered = []
  unreachable = new Set()
  bus = await startEventBridge({
    buses: { Runs: 'runs' },
    rules: [rule],
    origin: { account: '000000000000', region: 'eu-west-1' },
    deliver: async (delivery) => {
      if (unreachable.has(delivery.arn)) throw new Error('no such queue')
      delivered.push(delivery)
    },
    log: () => {},
  })
  client = new EventBridgeClient({
    endpoint: bus.endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  })
})

afterEach(async () => {
  client.destroy()
  await bus.close()
})

describe('PutEvents', () => {
  test('answers each entry in order and archives the accepted ones', async () => {
    const { FailedEntryCount, Entries } = await client.send(
      new PutEventsCommand({
        Entries: [
          { ...entry, EventBusName: 'runs', Resources: ['r'], Time: new Date('2026-01-02T03:04:05.678Z') },
          { ...entry, Detail: 'no' },
          { ...entry, Source: 'aws.datazone' },
        ],
      }),
    )
    expect(FailedEntryCount).toBe(2)
    expect(Entries).toMatchObject([
      { EventId: expect.any(String) },
      { ErrorCode: 'MalformedDetail' },
      { ErrorCode: 'NotAuthorizedForSourceException' },
    ])
    expect(bus.archive('runs').map(({ event }) => event)).toEqual([
      {
        version: '0',
        id: Entries?.[0]?.EventId,
        'detail-type': 'Something',
        source: 'mine',
        account: '000000000000',
        time: '2026-01-02T03:04:05Z',
        region: 'eu-west-1',
        resources: ['r'],
        detail: { a: 1 },
      },
    ])
    expect(bus.archive('default')).toEqual([])
  })

  test('refuses eleven entries, and lists the supported operations after an unknown operation', async () => {
    const tooMany = new PutEventsCommand({ Entries: Array(11).fill(entry) })
    await expect(client.send(tooMany)).rejects.toMatchObject({ name: 'ValidationException' })
    await expect(client.send(new ListApiDestinationsCommand({}))).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: expect.stringContaining('does not support ListApiDestinations. It supports CreateArchive, '),
      $metadata: { requestId: expect.stringMatching(/^[\da-f-]{36}$/) },
    })
  })

  test('fails the requested number of entries, then none', async () => {
    bus.failNext(2)
    const { Entries } = await client.send(new PutEventsCommand({ Entries: [entry, entry, entry] }))
    expect(Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      'InternalFailure',
      'InternalFailure',
      undefined,
    ])
    expect(bus.archive('default')).toHaveLength(1)
  })

  test('fails the entries that a fault selects', async () => {
    bus.setFault(({ DetailType }) => (DetailType === 'Bad' ? 'ThrottlingException' : undefined))
    const { Entries } = await client.send(
      new PutEventsCommand({ Entries: [entry, { ...entry, DetailType: 'Bad' }] }),
    )
    expect(Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([undefined, 'ThrottlingException'])
  })
})

describe('publishServiceEvent', () => {
  test('delivers to the targets of matching rules on the default bus', async () => {
    const event = bus.publishServiceEvent(assetAdded)
    bus.publishServiceEvent({ ...assetAdded, 'detail-type': 'Something Else' })
    await eventually(() =>
      expect(delivered).toEqual([{ arn: 'arn:Inbox', body: JSON.stringify(event), attributes: {} }]),
    )
    expect(bus.archive('default')).toHaveLength(2)
  })

  test('accepts an event with id and time over HTTP', async () => {
    const post = (body: unknown) =>
      fetch(`${bus.endpoint}/_local/service-events`, { method: 'POST', body: JSON.stringify(body) })
    const answer = await post({ ...assetAdded, id: 'event-1', time: '2026-01-02T03:04:05Z', version: '0' })
    expect([answer.status, await answer.json()]).toEqual([202, { id: 'event-1' }])
    await eventually(() => expect(delivered).toHaveLength(1))
    expect(JSON.parse(delivered[0]?.body ?? '')).toMatchObject({
      id: 'event-1',
      time: '2026-01-02T03:04:05Z',
    })
    expect((await post({ ...assetAdded, source: 'mine' })).status).toBe(400)
  })

  test('sends an undeliverable event to the dead-letter queue', async () => {
    unreachable.add('arn:Inbox')
    const event = bus.publishServiceEvent(assetAdded)
    await eventually(() =>
      expect(delivered).toMatchObject([{ arn: 'arn:Dead', body: JSON.stringify(event) }]),
    )
    expect(delivered[0]?.attributes).toMatchObject({
      RULE_ARN: 'arn:rule',
      TARGET_ARN: 'arn:Inbox',
      ERROR_MESSAGE: 'no such queue',
    })
  })
})

test('refuses a rule of an unknown bus', async () => {
  const stray = startEventBridge({
    buses: {},
    rules: [{ ...rule, bus: 'nowhere' }],
    origin: { account: '0', region: 'r' },
    deliver: async () => {},
    log: () => {},
  })
  await expect(stray).rejects.toThrow('Rule: there is no event bus nowhere')
})
