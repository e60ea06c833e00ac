import { setTimeout as delay } from 'node:timers/promises'
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import type { EventSourcePlan } from '../template/event-sources.ts'
import { failedMessageIds } from './batch-response.ts'
import type { InvokeOutcome } from './environment.ts'
import { sqsEvent } from './sqs-event.ts'

/** An event source, which polls a queue and invokes a function. */
export interface EventSource {
  /** Returns the number of batches in progress. */
  inFlight(): number
  /** Stops polling, and waits for the poll and the batches in progress. */
  stop(): Promise<void>
}

/**
 * How long a poll waits. Lambda polls for 20 seconds. Polls are shorter here, because stopping waits for the poll: the
 * SQS server would hide the messages of an aborted poll.
 */
const pollSeconds = 1

/** The pause between the short polls of an open window, which may be shorter than the whole seconds of a long poll. */
const pollInWindowMs = 50

/** The pause after a failed poll, so that an unreachable server is not polled in a busy loop. */
const pauseAfterErrorMs = 200

const receive = async (
  sqs: SQSClient,
  QueueUrl: string,
  count: number,
  waitSeconds: number,
): Promise<Message[]> => {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: Math.min(10, count),
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    }),
  )
  return Messages
}

const deleteAll = async (sqs: SQSClient, QueueUrl: string, messages: readonly Message[]): Promise<void> => {
  for (let start = 0; start < messages.length; start += 10) {
    const Entries = messages
      .slice(start, start + 10)
      .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }))
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))
  }
}

/** Starts polling. Deletes handled messages; failed messages stay hidden until their visibility timeout ends. */
export function startEventSource(options: {
  readonly plan: EventSourcePlan
  readonly sqs: SQSClient
  readonly region: string
  readonly invoke: (functionId: string, event: unknown) => Promise<InvokeOutcome>
  readonly log: (line: string) => void
}): EventSource {
  const { plan, sqs, region, invoke, log } = options
  const { queue } = plan
  const batches = new Set<Promise<void>>()
  let stopping = false

  /** Returns a batch. The window opens with the first messages, and a full batch closes it early. */
  const gather = async (): Promise<Message[]> => {
    const batch = await receive(sqs, queue.url, plan.batchSize, pollSeconds)
    const closesAtMs = Date.now() + plan.windowMs
    while (batch.length > 0 && batch.length < plan.batchSize && Date.now() < closesAtMs && !stopping) {
      await delay(pollInWindowMs)
      batch.push(...(await receive(sqs, queue.url, plan.batchSize - batch.length, 0)))
    }
    return batch
  }
  const handle = async (batch: readonly Message[]) => {
    const outcome = await invoke(plan.function.logicalId, sqsEvent(batch, queue.arn, region))
    const handled = handledMessages(plan, batch, outcome)
    await deleteAll(sqs, queue.url, handled)
  }
  const logError = (error: unknown) => {
    if (!stopping) log(`${plan.logicalId}: ${error instanceof Error ? error.message : error}`)
  }
  const launch = (batch: readonly Message[]) => {
    const work = handle(batch)
      .catch(logError)
      .finally(() => batches.delete(work))
    batches.add(work)
  }
  const poll = async () => {
    while (!stopping) {
      if (batches.size >= plan.maximumConcurrency) {
        await Promise.race(batches)
        continue
      }
      try {
        const batch = await gather()
        if (batch.length > 0) launch(batch)
      } catch (error) {
        logError(error)
        if (!stopping) await delay(pauseAfterErrorMs)
      }
    }
  }
  const polling = poll()
  return {
    inFlight: () => batches.size,
    stop: async () => {
      stopping = true
      await polling
      await Promise.all(batches)
    },
  }
}

function handledMessages(
  plan: EventSourcePlan,
  batch: readonly Message[],
  outcome: InvokeOutcome,
): Message[] {
  if (outcome.outcome !== 'ok') return []
  if (!plan.reportsItemFailures) return [...batch]
  const ids = batch.map(({ MessageId }) => MessageId ?? '')
  const failed = failedMessageIds(outcome.value, ids)
  return batch.filter(({ MessageId }) => !failed.has(MessageId ?? ''))
}
