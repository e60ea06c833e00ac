import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DescribeTableCommand, DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb'
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge'
import { CreateQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { describe, expect, test } from 'vitest'
import type { StackOptions } from '../../local/stack.ts'
import { eventually } from '../support/eventually.ts'
import { localTemplate, testFunction } from '../support/local-template.ts'
import { consumed, smallStacks, untilIdle } from '../support/small-stacks.ts'

const { start, clients, expectNoOpenHandles, onClose } = smallStacks()

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

  test('serves an SQS client that knows only the queue URL', async () => {
    const forwarder = {
      Forwarder: testFunction('forward', { Environment: { Variables: { QUEUE_URL: { Ref: 'Inbox' } } } }),
    }
    const stack = await start({ template: localTemplate(forwarder) })
    const { receive } = clients(stack)
    expect(await stack.invoke('Forwarder', { n: 1 })).toMatchObject({ outcome: 'ok' })
    expect(await receive('Inbox')).toEqual(['{"n":1}'])
  })

  test('runs its schedule, with the period divided by the speed', async () => {
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
    onClose(() => eventbridge.destroy())
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
    onClose(() => eventbridge.destroy())
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
    onClose(() => eventbridge.destroy())
    await eventbridge.send(new PutRuleCommand({ Name: 'f', EventPattern: '{"source":["me"]}' }))
    const Targets = [{ Id: 'f', Arn: `arn:aws:lambda:us-east-1:${account}:function:s-Sweeper` }]
    await eventbridge.send(new PutTargetsCommand({ Rule: 'f', Targets }))
    const Entries = [{ Source: 'me', DetailType: 'T', Detail: '{}' }]
    await eventbridge.send(new PutEventsCommand({ Entries }))
    await eventually(() => expect(lines).toContain('echo 1'))
  })

  test('records deliveries to a target that the stack does not run', async () => {
    const topic = `arn:aws:sns:us-east-1:${account}:pager`
    const { stack } = await open(topic)
    await eventually(() => expect(stack.recordedDeliveries()).toMatchObject([{ arn: topic }]))
    const answer = await fetch(`${stack.endpoints.eventbridge}/_local/recorded-deliveries`)
    expect(await answer.json()).toMatchObject({
      deliveries: [{ arn: topic, body: expect.stringContaining('"n":1') }],
    })
  })
})

describe('a stack that stops or fails to start', () => {
  test('ends running invocations, and may be stopped twice', async () => {
    const template = localTemplate({ Hanger: testFunction('hang') })
    const stack = await start({ template, taps: true })
    const running = stack.invoke('Hanger', null)
    await Promise.all([stack.stop(), stack.stop()])
    expect(await running).toMatchObject({ outcome: 'error' })
    expect(await stack.invoke('Hanger', null)).toMatchObject({
      outcome: 'error',
      message: 'The local stack has stopped',
    })
    await expectNoOpenHandles()
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
      'no event bus x',
    ],
    ['attributes of an unknown queue', { queueAttributes: { Quue: {} } }, 'the template has no queue Quue'],
  ])('leaves nothing behind if the start fails: %s', async (_, options, message) => {
    await expect(start({ taps: true, ...options })).rejects.toThrow(message)
    await expectNoOpenHandles()
  })

  test('reports a port in use, and leaves nothing behind', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    onClose(() => other.close())
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    await expect(start({ ports: { eventbridge: port } })).rejects.toThrow(
      `Port ${port} is in use: give EventBridge another port`,
    )
  })
})
