import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import type { VirtualTime } from './ports/clock.ts'
import type { SimulatedQueue } from './ports/queue.ts'

/** Lambda's event source for a queue: batches, partial failures, a maximum concurrency. */
export interface EventSource {
  /** Call after a message was sent to the queue. */
  wake(): void
}

/** Starts polling. `invoke` returns undefined if the function died; the batch then returns after its visibility timeout. */
export const startEventSource = (options: {
  readonly time: VirtualTime
  readonly queue: SimulatedQueue
  readonly name: string
  readonly batchSize: number
  /** How long a batch waits for more messages after the first. */
  readonly windowMs: number
  readonly maximumConcurrency: number
  readonly acknowledgesFirst?: boolean
  readonly invoke: (event: SQSEvent) => Promise<SQSBatchResponse | undefined>
}): EventSource => {
  const { time, queue, name, batchSize, windowMs, maximumConcurrency } = options
  let running = 0
  let pollAtMs = Number.POSITIVE_INFINITY

  const receiveBatch = () => {
    const messages = [...queue.receive(batchSize)]
    while (messages.length > 0 && messages.length < batchSize) {
      const more = queue.receive(batchSize - messages.length)
      if (more.length === 0) break
      messages.push(...more)
    }
    return messages
  }

  const deliver = async () => {
    const messages = receiveBatch()
    if (messages.length === 0) return
    if (options.acknowledgesFirst === true)
      for (const { receiptHandle } of messages) queue.delete(receiptHandle)
    running += 1
    const response = await options.invoke({
      Records: messages.map((message) => ({
        messageId: message.messageId,
        receiptHandle: message.receiptHandle,
        body: message.body,
        attributes: {
          ApproximateReceiveCount: String(message.receiveCount),
          SentTimestamp: String(message.sentAtMs),
          SenderId: 'simulation',
          ApproximateFirstReceiveTimestamp: String(time.now()),
        },
        messageAttributes: {},
        md5OfBody: '',
        eventSource: 'aws:sqs',
        eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${name}`,
        awsRegion: 'us-east-1',
      })),
    })
    running -= 1
    if (response !== undefined) {
      const failed = new Set(response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
      for (const { messageId, receiptHandle } of messages) {
        if (!failed.has(messageId)) queue.delete(receiptHandle)
      }
    }
    wake()
  }

  /** Schedules a poll for when the next message is visible. */
  const wake = () => {
    const nextMs = queue.nextVisibleAtMs()
    if (nextMs === undefined || running >= maximumConcurrency) return
    const atMs = Math.max(time.now() + 50, nextMs) + windowMs
    // A message that comes while a window is open joins its batch.
    if (pollAtMs > time.now() && pollAtMs <= atMs) return
    pollAtMs = atMs
    time.at(atMs, () => {
      if (pollAtMs === atMs) pollAtMs = Number.POSITIVE_INFINITY
      if (running >= maximumConcurrency) return
      void deliver()
      wake()
    })
  }
  return { wake }
}
