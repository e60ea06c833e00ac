import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { QueuePlan } from './template/queues.ts'

/** The messages of one queue. */
export interface QueueDepth {
  readonly visible: number
  readonly inFlight: number
  readonly delayed: number
}

/** What a stack is doing. */
export interface Activity {
  /** Nothing runs, nothing is being delivered, and no polled queue holds a message, delayed or not. */
  readonly idle: boolean
  readonly invocations: number
  readonly batches: number
  readonly deliveries: number
  /** By logical id. */
  readonly queues: Readonly<Record<string, QueueDepth>>
}

/** Asks the SQS server how full a queue is. */
export async function queueDepth(sqs: SQSClient, queue: QueuePlan): Promise<QueueDepth> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queue.url,
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      ],
    }),
  )
  return {
    visible: Number(Attributes['ApproximateNumberOfMessages']),
    inFlight: Number(Attributes['ApproximateNumberOfMessagesNotVisible']),
    delayed: Number(Attributes['ApproximateNumberOfMessagesDelayed']),
  }
}
