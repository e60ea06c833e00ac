import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns'
import { PortUnavailable } from '../../errors.ts'
import type { Notifications } from '../../ports/notifications.ts'

/** Notifications through an SNS topic: e-mail subscribers get the text, every other one the custom notification. */
export const snsNotifications = (client: SNSClient, topicArn: string): Notifications => ({
  async publish({ subject, text, chat }) {
    try {
      await client.send(
        new PublishCommand({
          TopicArn: topicArn,
          Subject: subject,
          MessageStructure: 'json',
          Message: JSON.stringify({ default: JSON.stringify(chat), email: text }),
        }),
      )
    } catch (cause) {
      throw new PortUnavailable('notification topic', cause)
    }
  },
})
