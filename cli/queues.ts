import { GetQueueAttributesCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs'
import { clientSettings } from './connect.ts'
import { CommandFailed, exitCodes } from './exit-codes.ts'
import type { OutputFlags } from './output.ts'
import { progressOf } from './progress.ts'
import type { StackLocation, StackOptions } from './stack-location.ts'

const batchSize = 10

/** Returns how many messages each queue holds, approximately, as SQS counts them. */
export const queueDepths = async (location: StackLocation, options: StackOptions) => {
  const client = new SQSClient(clientSettings(location, 'sqs', options))
  const depth = async (name: string, QueueUrl: string) => {
    const { Attributes = {} } = await client.send(
      new GetQueueAttributesCommand({
        QueueUrl,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    )
    return {
      name,
      waiting: Number(Attributes['ApproximateNumberOfMessages'] ?? 0),
      hidden: Number(Attributes['ApproximateNumberOfMessagesNotVisible'] ?? 0),
    }
  }
  return Promise.all([
    depth('request queue', location.requestQueueUrl),
    depth('dead letters', location.deadLetterQueueUrl),
    depth('rejected', location.rejectedQueueUrl),
  ])
}

/** Puts bodies on the request queue, ten in a call, and returns which were accepted, in order. */
export const sendBodies = async (
  client: SQSClient,
  QueueUrl: string,
  bodies: readonly string[],
): Promise<readonly boolean[]> => {
  const taken = bodies.map(() => false)
  for (let from = 0; from < bodies.length; from += batchSize) {
    const Entries = bodies
      .slice(from, from + batchSize)
      .map((MessageBody, index) => ({ Id: String(from + index), MessageBody }))
    const batch = new SendMessageBatchCommand({ QueueUrl, Entries })
    for (const { Id } of (await client.send(batch)).Successful ?? []) taken[Number(Id)] = true
  }
  return taken
}

/**
 * Puts messages on the request queue, ten in a call, with a progress bar where that takes long.
 * @throws CommandFailed when SQS refuses one; the message says how many were accepted
 */
export const sendRequests = async (
  location: StackLocation,
  options: StackOptions & OutputFlags,
  messages: readonly object[],
): Promise<void> => {
  const client = new SQSClient(clientSettings(location, 'sqs', options))
  const progress = progressOf('requests sent', options)
  try {
    for (let from = 0; from < messages.length; from += batchSize) {
      const Entries = messages
        .slice(from, from + batchSize)
        .map((message, index) => ({ Id: String(index), MessageBody: JSON.stringify(message) }))
      const { Failed = [] } = await client.send(
        new SendMessageBatchCommand({ QueueUrl: location.requestQueueUrl, Entries }),
      )
      if (Failed.length > 0) {
        const taken = from + Entries.length - Failed.length
        const message = `the request queue accepted ${taken} of ${messages.length} messages: ${Failed[0]?.Message ?? Failed[0]?.Code}; run the command again, the accepted messages become duplicates`
        throw new CommandFailed(exitCodes.service, message)
      }
      progress.report(from + Entries.length, messages.length)
    }
  } finally {
    progress.end()
  }
}
