import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import type { HeldMessage, HeldQueue } from '../../ports/held-queue.ts'
import { answered, maxBatch } from './answered.ts'

/** How many empty answers in a row end a read: SQS asks only some of its servers, so messages may follow an empty answer. */
const emptyAnswers = 3

/** A queue of SQS, for operators with their own credentials. */
export const sqsHeldQueue = (client: SQSClient, QueueUrl: string): HeldQueue => ({
  async take(limit, hideSeconds) {
    const messages = new Map<string, HeldMessage>()
    let empty = 0
    while (messages.size < limit && empty < emptyAnswers) {
      const { Messages = [] } = await answered(
        client.send(
          new ReceiveMessageCommand({
            QueueUrl,
            MaxNumberOfMessages: Math.min(maxBatch, limit - messages.size),
            VisibilityTimeout: hideSeconds,
            MessageSystemAttributeNames: ['SentTimestamp'],
          }),
        ),
      )
      empty = Messages.length === 0 ? empty + 1 : 0
      for (const {
        MessageId: id = '',
        Body: body = '',
        ReceiptHandle: receiptHandle = '',
        Attributes,
      } of Messages) {
        const sentAtMs = Number(Attributes?.SentTimestamp)
        messages.set(id, { id, body, receiptHandle, ...(Number.isNaN(sentAtMs) ? {} : { sentAtMs }) })
      }
    }
    return [...messages.values()]
  },

  async putBack(messages) {
    for (const { receiptHandle: ReceiptHandle } of messages)
      await answered(
        client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 })),
      )
  },

  async remove({ receiptHandle: ReceiptHandle }) {
    await answered(client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle })))
  },
})
