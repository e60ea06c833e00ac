import { beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { notifiedDetailTypes } from '../../lib/contracts/notified-event.ts'
import { eventSource } from '../../lib/contracts/run-event.ts'
import { packagedTemplate, type Template } from '../../local/package.ts'

let template: Template

beforeAll(async () => {
  template = (await packagedTemplate()).template
})

const propertiesOf = (logicalId: string) => template.Resources[logicalId]?.Properties

describe('the notifier', () => {
  test('receives every bad ending that is not retried, and nothing else', () => {
    expect(propertiesOf('NotificationRule')).toMatchObject({
      EventBusName: { Ref: 'RunEventBus' },
      EventPattern: {
        source: [eventSource],
        'detail-type': notifiedDetailTypes,
        detail: { data: { willRetry: [false, { exists: false }] } },
      },
      Targets: [
        {
          Arn: { 'Fn::GetAtt': ['NotificationQueue', 'Arn'] },
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['NotificationDeadLetterQueue', 'Arn'] } },
        },
      ],
    })
  })

  test('gathers the events of five minutes, which stay hidden while it works', () => {
    const mapping = propertiesOf('NotifierEventSourceMappingSQSNotificationQueue')
    expect(mapping).toMatchObject({
      EventSourceArn: { 'Fn::GetAtt': ['NotificationQueue', 'Arn'] },
      BatchSize: 5000,
      MaximumBatchingWindowInSeconds: 300,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 2 },
    })
    const { Timeout } = z.looseObject({ Timeout: z.number() }).parse(propertiesOf('NotifierLambdaFunction'))
    const queue = z.looseObject({ VisibilityTimeout: z.number() }).parse(propertiesOf('NotificationQueue'))
    expect(queue.VisibilityTimeout).toBeGreaterThanOrEqual(6 * Timeout + 300)
  })

  test('raises an alarm on endings that reach neither queue', () => {
    expect(template.Resources['UndeliveredNotificationsAlarm']).toMatchObject({
      Condition: 'Notifies',
      Properties: {
        MetricName: 'InvocationsFailedToBeSentToDlq',
        Dimensions: [
          { Name: 'EventBusName', Value: propertiesOf('NotificationRule')?.['EventBusName'] },
          { Name: 'RuleName', Value: propertiesOf('NotificationRule')?.['Name'] },
        ],
      },
    })
  })

  test('publishes to the given topic rather than to the created one', () => {
    expect(propertiesOf('NotifierLambdaFunction')).toMatchObject({
      Environment: {
        Variables: {
          NOTIFICATION_TOPIC_ARN: {
            'Fn::If': [
              'GivesNotificationTopic',
              { Ref: 'NotificationTopicArn' },
              { Ref: 'NotificationTopic' },
            ],
          },
          STAGE: 'local',
        },
      },
    })
  })

  test('publishes over TLS only', () => {
    expect(propertiesOf('NotificationTopicPolicy')).toMatchObject({
      Topics: [{ Ref: 'NotificationTopic' }],
      PolicyDocument: {
        Statement: [{ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
      },
    })
  })
})
