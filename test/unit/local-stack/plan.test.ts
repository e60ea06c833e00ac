import { describe, expect, test } from 'vitest'
import { planStack } from '../../../local/template/plan.ts'
import { localTemplate, testFunction } from '../../support/local-template.ts'

const options = {
  region: 'eu-west-1',
  accountId: '000000000000',
  stackName: 'stack',
  parameters: {},
  queueUrl: (name: string) => `http://queues/${name}`,
}
const plan = (overrides: Record<string, unknown> = {}) => planStack(localTemplate(overrides), options)

describe('planStack', () => {
  test('names resources by their name property, else by stack and logical id', () => {
    const { queues, buses, tables } = plan()
    expect(queues.map(({ name, url }) => [name, url])).toEqual([
      ['requests-test', 'http://queues/requests-test'],
      ['stack-DeadLetters', 'http://queues/stack-DeadLetters'],
      ['stack-Inbox', 'http://queues/stack-Inbox'],
    ])
    expect(buses).toEqual({ Bus: 'bus-test' })
    expect(tables).toMatchObject([
      {
        name: 'stack-Table',
        ttlAttribute: 'ttl',
        localIndexes: [{ name: 'byDate' }],
        globalIndexes: [{ name: 'bySort' }],
      },
    ])
  })

  test('converts queue attributes to text and the redrive policy to JSON', () => {
    expect(plan().queues[0]?.attributes).toEqual({
      VisibilityTimeout: '60',
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:000000000000:stack-DeadLetters',
        maxReceiveCount: 2,
      }),
    })
  })

  test('links mappings, schedules and rules to their functions and queues', () => {
    const { eventSources, schedules, rules } = plan()
    expect(eventSources).toMatchObject([
      {
        queue: { logicalId: 'Queue' },
        function: { logicalId: 'Consumer', timeoutMs: 20_000, memoryMb: 256, module: 'local-functions' },
        batchSize: 10,
        maximumConcurrency: 3,
        reportsItemFailures: true,
      },
    ])
    expect(schedules).toMatchObject([
      { periodMs: 60_000, function: { logicalId: 'Sweeper', reservedConcurrency: 1 } },
    ])
    expect(rules).toMatchObject([
      {
        bus: 'default',
        state: 'ENABLED',
        targets: [
          {
            arn: 'arn:aws:sqs:eu-west-1:000000000000:stack-Inbox',
            deadLetterArn: 'arn:aws:sqs:eu-west-1:000000000000:stack-DeadLetters',
          },
        ],
      },
    ])
  })

  test('resolves Ref in the variables of functions', () => {
    expect(plan().functions[0]?.environment).toEqual({
      TABLE_NAME: 'stack-Table',
      BUS_NAME: 'bus-test',
      QUEUE_URL: 'http://queues/requests-test',
    })
  })

  test('names the resources that it leaves out, and why', () => {
    const { notRun, functions, rules, topics } = plan({
      Topic: { Type: 'AWS::SNS::Topic' },
      Hook: { Type: 'AWS::Events::ApiDestination' },
      Absent: { Type: 'AWS::Events::ApiDestination', Condition: 'IsProd' },
      Board: { Type: 'AWS::CloudWatch::Dashboard', Properties: { DashboardBody: { 'Fn::Select': [0, []] } } },
      Python: testFunction('echo', { Runtime: 'python3.13' }),
      Cron: { Type: 'AWS::Events::Rule', Properties: { ScheduleExpression: 'cron(0 12 * * ? *)' } },
      Stream: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: { EventSourceArn: 'arn:aws:dynamodb:eu-west-1:0:table/t/stream/1', FunctionName: 'f' },
      },
      Notify: {
        Type: 'AWS::Events::Rule',
        Properties: {
          EventPattern: { source: ['a'] },
          Targets: [{ Id: 'topic', Arn: { Ref: 'Topic' } }],
        },
      },
    })
    expect(notRun).toEqual([
      { logicalId: 'Hook', type: 'AWS::Events::ApiDestination' },
      { logicalId: 'Board', type: 'AWS::CloudWatch::Dashboard' },
      { logicalId: 'Python', type: 'AWS::Lambda::Function', reason: 'only Node.js functions are run' },
      { logicalId: 'Cron', type: 'AWS::Events::Rule', reason: 'only rules with an EventPattern are run' },
      { logicalId: 'Stream', type: 'AWS::Lambda::EventSourceMapping', reason: 'only queues are polled' },
    ])
    expect(functions.map(({ logicalId }) => logicalId)).toEqual(['Consumer', 'Sweeper'])
    expect(topics).toEqual(['stack-Topic'])
    expect(rules.at(-1)?.targets).toMatchObject([{ arn: 'arn:aws:sns:eu-west-1:000000000000:stack-Topic' }])
  })

  test('accepts FIFO queues and table streams', () => {
    const { queues, tables } = plan({
      Fifo: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'f.fifo', FifoQueue: true } },
    })
    expect(queues.at(-1)).toMatchObject({ name: 'f.fifo', attributes: { FifoQueue: 'true' } })
    expect(tables).toHaveLength(1)
  })

  test('leaves out disabled schedules', () => {
    const disabled = plan({
      Sweep: {
        Type: 'AWS::Scheduler::Schedule',
        Properties: {
          State: 'DISABLED',
          ScheduleExpression: 'rate(1 minute)',
          FlexibleTimeWindow: { Mode: 'OFF' },
          Target: { Arn: { 'Fn::GetAtt': ['Sweeper', 'Arn'] } },
        },
      },
    })
    expect(disabled.schedules).toEqual([])
  })

  test.each([
    [
      'an unknown property',
      { Inbox: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeOut: 3 } } },
      'Resources.Inbox.Properties: Unrecognized key: "VisibilityTimeOut"',
    ],
    [
      'an unknown value',
      {
        Inbox: {
          Type: 'AWS::SQS::Queue',
          Properties: { RedrivePolicy: { deadLetterTargetArn: 'x', maxReceiveCount: 'many' } },
        },
      },
      'Resources.Inbox.Properties.RedrivePolicy.maxReceiveCount',
    ],
    [
      'a timeout above the visibility timeout, as Lambda does',
      { Consumer: testFunction('consume', { Timeout: 61 }) },
      'the visibility timeout of Queue is shorter than the timeout of Consumer',
    ],
    [
      'a target without an ARN',
      {
        Rule: {
          Type: 'AWS::Events::Rule',
          Properties: { EventPattern: { source: ['a'] }, Targets: [{ Id: 'x', Arn: 'elsewhere' }] },
        },
      },
      'Resources.Rule.Properties.Targets.0.Arn: must be an ARN',
    ],
  ])('refuses %s', (_, overrides, message) => {
    expect(() => plan(overrides)).toThrow(message)
  })
})
