import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ScanCommand,
} from '@aws-sdk/client-dynamodb'
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge'
import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Stack, type StackOptions, startStack } from '../../local/stack.ts'
import { eventually } from '../support/eventually.ts'
import { localTemplate, testFunction } from '../support/local-template.ts'
import { openHandles } from '../support/open-handles.ts'

const directory = new URL('../support', import.meta.url).pathname
const closing: (() => unknown)[] = []
let before = openHandles()

async function start(options: Partial<StackOptions> = {}): Promise<Stack> {
  const template = localTemplate()
  const stack = await startStack({
    template,
    directory,
    datazoneEndpoint: 'http://127.0.0.1:9',
    schedules: false,
    ...options,
  })
  closing.push(stack.stop)
  return stack
}

function clients(stack: Stack) {
  const sqs = new SQSClient(stack.connect('sqs'))
  const dynamodb = new DynamoDBClient(stack.connect('dynamodb'))
  closing.push(() => sqs.destroy())
  closing.push(() => dynamodb.destroy())
  const send = (body: Record<string, unknown>, queue = 'Queue') =>
    sqs.send(new SendMessageCommand({ QueueUrl: stack.queueUrls[queue], MessageBody: JSON.stringify(body) }))
  const items = async () => {
    const { Items = [] } = await dynamodb.send(
      new ScanCommand({ TableName: stack.tableName, ConsistentRead: true }),
    )
    return Items.map(({ pk, receiveCount, batch }) => ({
      id: pk?.S,
      receives: receiveCount?.N,
      batch: batch?.N,
    }))
  }
  const receive = async (queue: string) => {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: stack.queueUrls[queue] }))
    return Messages.map(({ Body }) => Body)
  }
  return { sqs, dynamodb, send, items, receive }
}

const consumed = (stack: Stack) => stack.archive('Bus').map(({ event }) => event.detail['id'])
const untilIdle = (stack: Stack) =>
  eventually(async () => expect(await stack.activity()).toMatchObject({ idle: true }), { deadlineMs: 60_000 })

beforeEach(() => {
  before = openHandles()
})

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
  await eventually(() => expect(openHandles()).toEqual(before))
})

describe('startStack', () => {
  test('creates the resources of its template', async () => {
    const stack = await start()
    const { dynamodb } = clients(stack)
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: stack.tableName }))
    expect(Table?.LocalSecondaryIndexes).toMatchObject([
      { IndexName: 'byDate', Projection: { ProjectionType: 'ALL' } },
    ])
    expect(Table?.GlobalSecondaryIndexes).toMatchObject([
      { IndexName: 'bySort', Projection: { ProjectionType: 'KEYS_ONLY' } },
    ])
    const ttl = await dynamodb.send(new DescribeTimeToLiveCommand({ TableName: stack.tableName }))
    expect(ttl.TimeToLiveDescription).toMatchObject({ AttributeName: 'ttl', TimeToLiveStatus: 'ENABLED' })
    expect(stack.busNames).toEqual({ default: 'default', Bus: 'bus-test' })
    expect(stack.queueUrls['Queue']).toBe(`${stack.endpoints.sqs}/000000000000/requests-test`)
  })

  test('carries a message through the function to the table and the bus', async () => {
    const stack = await start()
    const { send, items } = clients(stack)
    await send({ id: 'a' })
    await untilIdle(stack)
    expect(await items()).toMatchObject([{ id: 'a', receives: '1' }])
    expect(consumed(stack)).toEqual(['a'])
  })

  test('routes a service event to the queue of its rule', async () => {
    const stack = await start()
    const { receive } = clients(stack)
    const event = stack.publishServiceEvent({
      source: 'aws.datazone',
      'detail-type': 'Asset Added To Catalog',
      detail: {},
    })
    expect(
      await eventually(async () => {
        const [body] = await receive('Inbox')
        return JSON.parse(body ?? '')
      }),
    ).toEqual(event)
  })

  test('overrides template variables with settings in every function', async () => {
    const stack = await start({ settings: { BUS_NAME: 'other' } })
    expect(await stack.invoke('Sweeper', null)).toMatchObject({ value: { env: { BUS_NAME: 'other' } } })
  })

  test('serves an SQS client that only knows the queue URL', async () => {
    const forwarder = {
      Forwarder: testFunction('forward', { Environment: { Variables: { QUEUE_URL: { Ref: 'Inbox' } } } }),
    }
    const stack = await start({ template: localTemplate(forwarder) })
    const { receive } = clients(stack)
    expect(await stack.invoke('Forwarder', { n: 1 })).toMatchObject({ outcome: 'ok' })
    expect(await receive('Inbox')).toEqual(['{"n":1}'])
  })

  test('fires its schedule, divided by the speed', async () => {
    const lines: string[] = []
    const stack = await start({ schedules: true, speed: 6_000, log: (line) => lines.push(line) })
    await eventually(() => expect(lines).toContain('echo 3'))
    expect(stack.misfires().every(({ reason }) => reason === 'the last firing was still running')).toBe(true)
  })

  test('sweeps on demand with the event of the schedule', async () => {
    const stack = await start()
    expect(await stack.sweepNow()).toMatchObject({
      outcome: 'ok',
      value: { event: { source: 'aws.scheduler' } },
    })
    expect(await stack.sweepNow()).toMatchObject({ outcome: 'ok', value: { invocations: 2 } })
  })
})

describe('a rule that an SDK puts', () => {
  const account = '000000000000'
  const open = async (target: string, template: object = localTemplate()) => {
    const stack = await start({ template })
    const eventbridge = new EventBridgeClient(stack.connect('eventbridge'))
    closing.push(() => eventbridge.destroy())
    const rule = { Name: 'mine', EventBusName: 'bus-test', EventPattern: '{"source":["me"]}' }
    await eventbridge.send(new PutRuleCommand(rule))
    await eventbridge.send(
      new PutTargetsCommand({ Rule: 'mine', EventBusName: 'bus-test', Targets: [{ Id: 't', Arn: target }] }),
    )
    const entry = { Source: 'me', DetailType: 'T', Detail: '{"n":1}', EventBusName: 'bus-test' }
    await eventbridge.send(new PutEventsCommand({ Entries: [entry] }))
    return { stack, ...clients(stack) }
  }

  test('delivers to a queue that the caller has created', async () => {
    const { stack, sqs } = await open(`arn:aws:sqs:us-east-1:${account}:own`)
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'own' }))
    stack.publishServiceEvent({ source: 'aws.x', 'detail-type': 'T', detail: {} })
    const eventbridge = new EventBridgeClient(stack.connect('eventbridge'))
    closing.push(() => eventbridge.destroy())
    const entry = { Source: 'me', DetailType: 'T', Detail: '{"n":2}', EventBusName: 'bus-test' }
    await eventbridge.send(new PutEventsCommand({ Entries: [entry] }))
    await eventually(async () => {
      const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }))
      expect(JSON.parse(Messages?.[0]?.Body ?? '')).toMatchObject({ detail: { n: 2 } })
    })
  })

  test('invokes a function and forwards to another bus of the stack', async () => {
    const lines: string[] = []
    const other = { Other: { Type: 'AWS::Events::EventBus', Properties: { Name: 'other' } } }
    const { stack } = await open(`arn:aws:events:us-east-1:${account}:event-bus/other`, localTemplate(other))
    await eventually(() => expect(stack.archive('Other')).toMatchObject([{ event: { detail: { n: 1 } } }]))
    const toFunction = await start({ stackName: 's', log: (line) => lines.push(line) })
    const eventbridge = new EventBridgeClient(toFunction.connect('eventbridge'))
    closing.push(() => eventbridge.destroy())
    await eventbridge.send(new PutRuleCommand({ Name: 'f', EventPattern: '{"source":["me"]}' }))
    const Targets = [{ Id: 'f', Arn: `arn:aws:lambda:us-east-1:${account}:function:s-Sweeper` }]
    await eventbridge.send(new PutTargetsCommand({ Rule: 'f', Targets }))
    const Entries = [{ Source: 'me', DetailType: 'T', Detail: '{}' }]
    await eventbridge.send(new PutEventsCommand({ Entries }))
    await eventually(() => expect(lines).toContain('echo 1'))
  })

  test('records what a target that is not run would receive', async () => {
    const topic = `arn:aws:sns:us-east-1:${account}:pager`
    const { stack } = await open(topic)
    await eventually(() => expect(stack.unrunDeliveries()).toMatchObject([{ arn: topic }]))
    const answer = await fetch(`${stack.endpoints.eventbridge}/_local/unrun-deliveries`)
    expect(await answer.json()).toMatchObject({
      deliveries: [{ arn: topic, body: expect.stringContaining('"n":1') }],
    })
  })
})

describe('an event source', () => {
  test('deletes the handled messages of a batch and redelivers the failed ones', async () => {
    // Long enough for a slow machine to handle a batch.
    const stack = await start({ queueAttributes: { Queue: { VisibilityTimeout: '5' } } })
    const { sqs, items } = clients(stack)
    const messages = ['a', 'b', 'c'].map((id) =>
      JSON.stringify({ id, outcome: id === 'b' ? 'fail' : 'pass' }),
    )
    const Entries = messages.map((MessageBody, index) => ({ Id: String(index), MessageBody }))
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: stack.queueUrls['Queue'], Entries }))
    await untilIdle(stack)
    const seen = await items()
    expect(seen.map(({ id, receives }) => `${id}${receives}`).toSorted()).toEqual(['a1', 'b1', 'b2', 'c1'])
  })

  test('treats a thrown error as a failed batch and dead-letters a message that keeps failing', async () => {
    const stack = await start({ queueAttributes: { Queue: { VisibilityTimeout: '3' } } })
    const { send, items, receive } = clients(stack)
    await send({ id: 'a', outcome: 'throw', receives: 9 })
    const [dead] = await eventually(async () => {
      const bodies = await receive('DeadLetters')
      expect(bodies).toHaveLength(1)
      return bodies
    })
    expect(JSON.parse(dead ?? '')).toMatchObject({ id: 'a' })
    expect((await items()).map(({ receives }) => receives)).toHaveLength(2)
  })

  test('handles at most its maximum of batches at once', async () => {
    const mapping = {
      ConsumerMapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
          FunctionName: { 'Fn::GetAtt': ['Consumer', 'Arn'] },
          BatchSize: 1,
          ScalingConfig: { MaximumConcurrency: 2 },
        },
      },
    }
    const stack = await start({ template: localTemplate(mapping), taps: true })
    const { send } = clients(stack)
    const gate = Promise.withResolvers<void>()
    stack.tap({ service: 'dynamodb', when: 'before', times: 2, action: () => gate.promise })
    for (const id of ['a', 'b', 'c']) await send({ id })
    await eventually(async () => {
      const { batches, queues } = await stack.activity()
      expect([batches, queues['Queue']?.inFlight, queues['Queue']?.visible]).toEqual([2, 2, 1])
    })
    gate.resolve()
    await untilIdle(stack)
    expect(consumed(stack).toSorted()).toEqual(['a', 'b', 'c'])
  })

  test('gathers a batch while its window is open', async () => {
    const mapping = {
      ConsumerMapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
          FunctionName: { 'Fn::GetAtt': ['Consumer', 'Arn'] },
          BatchSize: 3,
          MaximumBatchingWindowInSeconds: 20,
        },
      },
    }
    const stack = await start({ template: localTemplate(mapping) })
    const { send, items } = clients(stack)
    for (const id of ['a', 'b', 'c']) await send({ id })
    await untilIdle(stack)
    expect((await items()).map(({ batch }) => batch)).toEqual(['3', '3', '3'])
  })
})

describe('a tap', () => {
  test.each([
    ['before', 'dynamodb', 'PutItem', { items: 0, events: 0 }],
    ['after', 'dynamodb', 'PutItem', { items: 1, events: 0 }],
    ['before', 'eventbridge', 'PutEvents', { items: 1, events: 0 }],
    ['after', 'eventbridge', 'PutEvents', { items: 1, events: 1 }],
  ] as const)(
    'crashes the environment %s %s %s, and SQS redelivers the message',
    async (when, service, operation, left) => {
      const stack = await start({ taps: true, queueAttributes: { Queue: { VisibilityTimeout: '2' } } })
      const { send, items } = clients(stack)
      const point = stack.tap({
        service,
        when,
        match: (request) => request.operation === operation,
        action: 'crash',
      })
      await send({ id: 'a' })
      await point.done
      expect({ items: (await items()).length, events: stack.archive('Bus').length }).toEqual(left)
      await untilIdle(stack)
      expect(point.hits()).toBe(1)
      expect(await items()).toContainEqual({ id: 'a', receives: '2', batch: '1' })
      expect(consumed(stack)).toHaveLength(left.events + 1)
    },
  )

  test('drops an answer after its effect, and the client retries', async () => {
    const stack = await start({ taps: true })
    const { send } = clients(stack)
    stack.tap({ service: 'eventbridge', when: 'after', action: 'hang up' })
    await send({ id: 'a' })
    await untilIdle(stack)
    expect(consumed(stack)).toEqual(['a', 'a'])
  })

  test('sees the calls to a service and the environment that made them', async () => {
    const stack = await start({
      taps: true,
      template: localTemplate({
        Forwarder: testFunction('forward', { Environment: { Variables: { QUEUE_URL: { Ref: 'Inbox' } } } }),
      }),
    })
    const { receive } = clients(stack)
    const seen: unknown[] = []
    stack.tap({ service: 'sqs', when: 'before', action: async (request) => void seen.push(request) })
    await stack.invoke('Forwarder', 1)
    expect(seen).toMatchObject([
      { service: 'sqs', operation: 'SendMessage', environmentId: 'env-1', method: 'POST' },
    ])
    expect(await receive('Inbox')).toEqual(['1'])
  })

  test('refuses a rule when the stack has no taps', async () => {
    const stack = await start()
    expect(() => stack.tap({ service: 'sqs', when: 'before', action: 'crash' })).toThrow(
      'start it with taps: true',
    )
  })
})

describe('stop', () => {
  test('ends running invocations and may be called twice', async () => {
    const template = localTemplate({ Hanger: testFunction('hang') })
    const stack = await start({ template, taps: true })
    const running = stack.invoke('Hanger', null)
    await Promise.all([stack.stop(), stack.stop()])
    expect(await running).toMatchObject({ outcome: 'error' })
    expect(await stack.invoke('Hanger', null)).toMatchObject({
      outcome: 'error',
      message: 'The local stack has stopped',
    })
    await eventually(() => expect(openHandles()).toEqual(before))
  })

  test.each<[string, Partial<StackOptions>, string]>([
    [
      'an unsupported template',
      { template: localTemplate({ X: { Type: 'AWS::SQS::Queue', Properties: { Delay: 1 } } }) },
      'Resources.X.Properties: Unrecognized key: "Delay"',
    ],
    ['a bundle that is missing', { directory: '/nowhere' }, 'no bundle at'],
    [
      'a rule of an unknown bus',
      {
        template: localTemplate({
          Rule: {
            Type: 'AWS::Events::Rule',
            Properties: { EventBusName: 'x', EventPattern: { source: ['a'] } },
          },
        }),
      },
      'no event bus named x',
    ],
    ['attributes of an unknown queue', { queueAttributes: { Quue: {} } }, 'no queue named Quue'],
  ])('leaves nothing behind when starting fails: %s', async (_, options, message) => {
    await expect(start({ taps: true, ...options })).rejects.toThrow(message)
    await eventually(() => expect(openHandles()).toEqual(before))
  })

  test('names a taken port and leaves nothing behind', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    closing.push(() => other.close())
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    await expect(start({ ports: { eventbridge: port } })).rejects.toThrow(
      `Port ${port} is in use: give EventBridge another port`,
    )
  })
})
