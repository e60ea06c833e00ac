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
      { name: 'stack-Table', ttlAttribute: 'ttl', indexes: [{ name: 'bySort' }] },
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
        targets: [{ queue: { logicalId: 'Inbox' }, deadLetterQueue: { logicalId: 'DeadLetters' } }],
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
      'an unknown type',
      { Bucket2: { Type: 'AWS::S3::Objekt' } },
      'Resources.Bucket2: the local stack has nothing for AWS::S3::Objekt',
    ],
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
      'a runtime that does not run here',
      { Sweeper: testFunction('echo', { Runtime: 'python3.13' }) },
      'Resources.Sweeper.Properties.Runtime: only nodejs',
    ],
    [
      'a timeout above the visibility timeout, as Lambda does',
      { Consumer: testFunction('consume', { Timeout: 61 }) },
      'the visibility timeout of Queue is shorter than the timeout of Consumer',
    ],
    [
      'a rule whose target is not a queue',
      {
        Rule: {
          Type: 'AWS::Events::Rule',
          Properties: { EventPattern: { source: ['a'] }, Targets: [{ Id: 'x', Arn: 'arn:elsewhere' }] },
        },
      },
      'Resources.Rule.Properties.Targets.0.Arn: arn:elsewhere is not a queue of this stack',
    ],
  ])('refuses %s', (_, overrides, message) => {
    expect(() => plan(overrides)).toThrow(message)
  })
})
