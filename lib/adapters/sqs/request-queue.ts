import {
  ChangeMessageVisibilityCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { asciiJson } from '../../contracts/ascii-json.ts'
import { PortUnavailable } from '../../errors.ts'
import type { RequestQueue } from '../../ports/request-queue.ts'

const maxBatch = 10

const answered = async <T>(call: Promise<T>): Promise<T> => {
  try {
    return await call
  } catch (error) {
    throw new PortUnavailable('queue', error)
  }
}

/** The request queue and the rejected-requests queue on SQS. */
export const sqsRequestQueue = (
  client: SQSClient,
  urls: { readonly requests: string; readonly rejected: string },
): RequestQueue => ({
  async release(releases) {
    const taken = releases.map(() => false)
    for (let from = 0; from < releases.length; from += maxBatch) {
      const batch = releases.slice(from, from + maxBatch)
      const answer = await answered(
        client.send(
          new SendMessageBatchCommand({
            QueueUrl: urls.requests,
            Entries: batch.map(({ release, delaySeconds }, index) => ({
              Id: String(from + index),
              MessageBody: JSON.stringify(release),
              DelaySeconds: delaySeconds,
            })),
          }),
        ),
      )
      for (const { Id } of answer.Successful ?? []) taken[Number(Id)] = true
    }
    return taken
  },

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
})
