import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { present } from '../../lib/run/present.ts'
import type { SqsStore } from './fauxqs-stores.ts'
import { SqsError } from './sqs-error.ts'

type Queue = NonNullable<ReturnType<SqsStore['getQueueByArn']>>

const startInput = z.looseObject({
  SourceArn: z.string(),
  DestinationArn: z.string().optional(),
  MaxNumberOfMessagesPerSecond: z.int().min(1).max(500).optional(),
})
const listInput = z.looseObject({ SourceArn: z.string(), MaxResults: z.int().min(1).max(10).default(1) })
const cancelInput = z.looseObject({ TaskHandle: z.string() })

interface MoveTask {
  readonly input: z.infer<typeof startInput>
  readonly handle: string
  readonly destination: Queue
  readonly startedAtMs: number
  readonly toMove: number
  moved: number
  status: 'RUNNING' | 'COMPLETED' | 'CANCELLING' | 'CANCELLED'
}

/** The operations that fauxqs lacks: they move the messages of a dead-letter queue back. */
export interface MessageMoves {
  StartMessageMoveTask(input: unknown): object
  ListMessageMoveTasks(input: unknown): object
  CancelMessageMoveTask(input: unknown): object
  /** Stops every task. */
  stop(): void
}

/**
 * Returns the operations on message move tasks. SQS remembers the queue from which each message came. Here a task
 * without DestinationArn moves messages to the queue whose redrive policy names the source, and is refused when there
 * are several.
 */
export function messageMoves(store: SqsStore): MessageMoves {
  const tasks: MoveTask[] = []
  return {
    StartMessageMoveTask: (given) => startTask(store, tasks, parse(startInput, given)),
    ListMessageMoveTasks: (given) => {
      const { SourceArn, MaxResults } = parse(listInput, given)
      queueOf(store, SourceArn, 'SourceArn')
      const found = tasks.filter(({ input }) => input.SourceArn === SourceArn).toReversed()
      return { Results: found.slice(0, MaxResults).map(described) }
    },
    CancelMessageMoveTask: (given) => {
      const { TaskHandle } = parse(cancelInput, given)
      const task = tasks.find(({ handle }) => handle === TaskHandle)
      if (task === undefined)
        throw new SqsError('ResourceNotFoundException', 'TaskHandle: no task has this handle')
      if (task.status !== 'RUNNING')
        throw new SqsError(
          'UnsupportedOperation',
          `The task is ${task.status}: only a running task can be canceled`,
        )
      task.status = 'CANCELLING'
      return { ApproximateNumberOfMessagesMoved: task.moved }
    },
    stop: () => {
      for (const task of tasks) if (task.status === 'RUNNING') task.status = 'CANCELLING'
    },
  }
}

function startTask(store: SqsStore, tasks: MoveTask[], input: z.infer<typeof startInput>) {
  const source = queueOf(store, input.SourceArn, 'SourceArn')
  const isBusy = tasks.some(
    ({ input: { SourceArn }, status }) => SourceArn === source.arn && status === 'RUNNING',
  )
  if (isBusy)
    throw new SqsError('UnsupportedOperation', `A message move task of ${source.arn} is already running.`)
  const task: MoveTask = {
    input,
    handle: Buffer.from(JSON.stringify([source.arn, tasks.length])).toString('base64'),
    destination: destinationOf(store, input),
    startedAtMs: Date.now(),
    toMove: Number(source.getAttribute('ApproximateNumberOfMessages')),
    moved: 0,
    status: 'RUNNING',
  }
  tasks.push(task)
  void move(task, source)
  return { TaskHandle: task.handle }
}

function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new SqsError('InvalidParameterValue', problems.join('; '))
}

function queueOf(store: SqsStore, arn: string, field: string): Queue {
  const queue = store.getQueueByArn(arn)
  if (queue === undefined)
    throw new SqsError('ResourceNotFoundException', `${field}: there is no queue ${arn}`)
  return queue
}

function destinationOf(store: SqsStore, { SourceArn, DestinationArn }: z.infer<typeof startInput>): Queue {
  const sources = [...store.allQueues()].filter(({ attributes }) =>
    attributes['RedrivePolicy']?.includes(`"${SourceArn}"`),
  )
  const [source, ...others] = sources
  if (source === undefined)
    throw new SqsError('InvalidParameterValue', 'SourceArn: must be the dead-letter queue of another queue')
  if (DestinationArn !== undefined) return queueOf(store, DestinationArn, 'DestinationArn')
  if (others.length === 0) return source
  const names = sources.map(({ name }) => name).join(', ')
  throw new SqsError(
    'InvalidParameterValue',
    `DestinationArn: is required, because the queues ${names} share this dead-letter queue`,
  )
}

/** Moves messages one by one, each with a new message id and receive count, as SQS does. */
async function move(task: MoveTask, source: Queue): Promise<void> {
  const { MaxNumberOfMessagesPerSecond: rate } = task.input
  while (task.status === 'RUNNING') {
    if (task.moved >= task.toMove || !moveOne(source, task.destination)) {
      task.status = 'COMPLETED'
      return
    }
    task.moved += 1
    // Without a rate, the delay only lets other requests run in between.
    await delay(rate === undefined ? 0 : 1000 / rate)
  }
  task.status = 'CANCELLED'
}

const moveSeconds = 30

/** Moves the oldest visible message. Returns false when there is none. */
function moveOne(source: Queue, destination: Queue): boolean {
  const [received] = source.dequeue(1, moveSeconds)
  if (received === undefined) return false
  const entry = source.inflightMessages.get(received.ReceiptHandle)
  if (entry === undefined) return false
  const { approximateFirstReceiveTimestamp: _first, ...message } = entry.message
  source.deleteMessage(received.ReceiptHandle)
  destination.enqueue({
    ...message,
    messageId: randomUUID(),
    sentTimestamp: Date.now(),
    approximateReceiveCount: 0,
  })
  return true
}

function described(task: MoveTask) {
  const { input, handle, destination, startedAtMs, toMove, moved, status } = task
  const { SourceArn, MaxNumberOfMessagesPerSecond } = input
  return {
    ...(status === 'RUNNING' && { TaskHandle: handle }),
    Status: status,
    SourceArn,
    DestinationArn: destination.arn,
    ...present({ MaxNumberOfMessagesPerSecond }),
    ApproximateNumberOfMessagesMoved: moved,
    ApproximateNumberOfMessagesToMove: toMove,
    StartedTimestamp: startedAtMs,
  }
}
