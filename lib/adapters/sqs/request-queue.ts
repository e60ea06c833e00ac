import {
  ChangeMessageVisibilityCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { asciiJson } from '../../contracts/ascii-json.ts'
import type { RequestQueue } from '../../ports/request-queue.ts'
import { answered, maxBatch } from './answered.ts'

/** The request queue and the rejected-requests queue on SQS. */
export const sqsRequestQueue = (
  client: SQSClient,
  urls: { readonly requests: string; readonly rejected: string },
): RequestQueue => {
  /** Sends messages ten at a time, and returns which the queue has taken. */
  const sendAll = async (
    messages: readonly { readonly MessageBody: string; readonly DelaySeconds?: number }[],
  ): Promise<readonly boolean[]> => {
    const taken = messages.map(() => false)
    for (let from = 0; from < messages.length; from += maxBatch) {
      const Entries = messages
        .slice(from, from + maxBatch)
        .map((message, index) => ({ Id: String(from + index), ...message }))
      const batch = new SendMessageBatchCommand({ QueueUrl: urls.requests, Entries })
      const answer = await answered(client.send(batch))
      for (const { Id } of answer.Successful ?? []) taken[Number(Id)] = true
    }
    return taken
  }

  return {
    release: (releases) =>
      sendAll(
        releases.map(({ release, delaySeconds }) => ({
          MessageBody: JSON.stringify(release),
          DelaySeconds: delaySeconds,
        })),
      ),

    submit: (requests) => sendAll(requests.map((request) => ({ MessageBody: asciiJson(request) }))),

    async postpone(receiptHandle, delaySeconds) {
      await answered(
        client.send(
          new ChangeMessageVisibilityCommand({
            QueueUrl: urls.requests,
            ReceiptHandle: receiptHandle,
            VisibilityTimeout: delaySeconds,
          }),
        ),
      )
    },

    async copyRejected(rejected) {
      await answered(
        client.send(new SendMessageCommand({ QueueUrl: urls.rejected, MessageBody: asciiJson(rejected) })),
      )
    },
  }
}
