import { CreateTopicCommand, DeleteTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns'
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { snsNotifications } from '../../lib/adapters/sns/notifications.ts'
import { notificationOf } from '../../lib/contracts/notification.ts'
import { startSqs } from '../../local/sqs/server.ts'
import { failedEvent } from '../support/ending-events.ts'
import { recordingNotifications } from '../support/recording-notifications.ts'
import { notificationsContract, type OpenNotifications } from './notifications.suite.ts'

const snsEnvelope = z.object({ Message: z.string() })
const protocols = z.object({ default: z.string() })

/** Returns the message for an SQS subscriber. The local server delivers the messages of all protocols. */
const chatOf = (body: string): unknown => {
  const { Message } = snsEnvelope.parse(JSON.parse(body))
  const message: unknown = JSON.parse(Message)
  const chosen = protocols.safeParse(message)
  return chosen.success ? JSON.parse(chosen.data.default) : message
}

/** Opens a topic with a queue that subscribes to it, at a server that speaks SNS and SQS. */
const openTopic = async (endpoint: string, close: () => Promise<void>): Promise<OpenNotifications> => {
  const connection = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  }
  const sns = new SNSClient(connection)
  const sqs = new SQSClient({ ...connection, useQueueUrlAsEndpoint: false })
  const name = `notifications-${process.pid}-${Date.now().toString(36)}`
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: name }))
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }))
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  )
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: Attributes?.['QueueArn'] }))
  return {
    notifications: snsNotifications(sns, TopicArn),
    received: async () => {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }))
      return Messages.map(({ Body = '' }) => chatOf(Body))
    },
    breakDown: async () => {
      await sns.send(new DeleteTopicCommand({ TopicArn }))
    },
    close: async () => {
      await sns.send(new DeleteTopicCommand({ TopicArn }))
      await sqs.send(new DeleteQueueCommand({ QueueUrl }))
      sns.destroy()
      sqs.destroy()
      await close()
    },
  }
}

notificationsContract('SNS on the local server', async () => {
  const server = await startSqs()
  return openTopic(server.endpoint, server.close)
})

notificationsContract('the recorder of unit tests', async () => {
  const notifications = recordingNotifications()
  return {
    notifications,
    received: async () => notifications.published.map(({ chat }) => chat),
    breakDown: async () => {
      notifications.isDown = true
    },
    close: async () => {},
  }
})

// For example, the endpoint of `moto_server` or of AWS.
const { SNS_ENDPOINT } = process.env
if (SNS_ENDPOINT !== undefined)
  notificationsContract('SNS at SNS_ENDPOINT', () => openTopic(SNS_ENDPOINT, async () => {}))

describe('a topic of SNS', () => {
  test('sends e-mail subscribers the plain text, with the subject', async () => {
    const server = await startSqs()
    const topic = await openTopic(server.endpoint, server.close)
    const sent = notificationOf([failedEvent(1), failedEvent(2)], { stage: 'prod', flags: '--stage prod' })
    await topic.notifications.publish(sent)
    expect(server.published()).toMatchObject([{ subject: sent.subject, email: sent.text }])
    const answer = await fetch(`${server.endpoint}/_local/notifications`)
    expect(await answer.json()).toMatchObject({ notifications: [{ email: sent.text }] })
    await topic.close()
  })
})
