import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { QueuePlan } from './template/queues.ts'

/** How many messages a queue holds, by state. */
export interface QueueDepth {
  readonly visible: number
  readonly inFlight: number
  readonly delayed: number
}

/** How busy a stack is. */
export interface Activity {
  /** Whether no function runs, no event is being delivered, and no polled queue holds a message, delayed or not. */
  readonly idle: boolean
  readonly invocations: number
  readonly batches: number
  readonly deliveries: number
  /** The depth of each polled queue, by its logical id in the template. */
  readonly queues: Readonly<Record<string, QueueDepth>>
}

/** Reads the approximate message counts of a queue. */
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
