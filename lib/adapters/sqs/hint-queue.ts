import { ChangeMessageVisibilityBatchCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { PortUnavailable } from '../../errors.ts'
import type { HintQueue } from '../../ports/hint-queue.ts'

const maxBatch = 10

/** The hint queue on SQS. */
export const sqsHintQueue = (client: SQSClient, url: string): HintQueue => ({
  async postpone(receiptHandles, delaySeconds) {
    for (let from = 0; from < receiptHandles.length; from += maxBatch) {
      const batch = receiptHandles.slice(from, from + maxBatch)
      try {
        await client.send(
          new ChangeMessageVisibilityBatchCommand({
            QueueUrl: url,
            Entries: batch.map((ReceiptHandle, index) => ({
              Id: String(from + index),
              ReceiptHandle,
              VisibilityTimeout: delaySeconds,
            })),
          }),
        )
      } catch (error) {
        throw new PortUnavailable('hint queue', error)
      }
    }
  },
})
