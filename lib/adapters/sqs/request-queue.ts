import {
  ChangeMessageVisibilityCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { asciiJson } from '../../contracts/ascii-json.ts'
import type { RequestQueue } from '../../ports/request-queue.ts'
import { answered, maxBatch } from './answered.ts'

interface Message {
  readonly MessageBody: string
  readonly DelaySeconds?: number
}

/** Sends messages ten at a time, and returns which the queue accepted, in order. */
const sendAll = async (
  client: SQSClient,
  QueueUrl: string,
  messages: readonly Message[],
): Promise<readonly boolean[]> => {
  const taken = messages.map(() => false)
  for (let from = 0; from < messages.length; from += maxBatch) {
    const Entries = messages
      .slice(from, from + maxBatch)
      .map((message, index) => ({ Id: String(from + index), ...message }))
    const answer = await answered(client.send(new SendMessageBatchCommand({ QueueUrl, Entries })))
    for (const { Id } of answer.Successful ?? []) taken[Number(Id)] = true
  }
  return taken
}

/** The request queue and the rejected-requests queue on SQS. */
export const sqsRequestQueue = (
  client: SQSClient,
  urls: { readonly requests: string; readonly rejected: string },
): RequestQueue => ({
  release(releases) {
    const messages = releases.map(({ release, delaySeconds }) => ({
      MessageBody: JSON.stringify(release),
      DelaySeconds: delaySeconds,
    }))
    return sendAll(client, urls.requests, messages)
  },

  submit(requests) {
    const messages = requests.map((request) => ({ MessageBody: asciiJson(request) }))
    return sendAll(client, urls.requests, messages)
  },

  async postpone(receiptHandle, delaySeconds) {
    const command = new ChangeMessageVisibilityCommand({
      QueueUrl: urls.requests,
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: delaySeconds,
    })
    await answered(client.send(command))
  },

  async copyRejected(rejected) {
    const command = new SendMessageCommand({ QueueUrl: urls.rejected, MessageBody: asciiJson(rejected) })
    await answered(client.send(command))
  },
})
