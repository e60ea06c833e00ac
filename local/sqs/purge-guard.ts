import { z } from 'zod'
import type { SqsStore } from './fauxqs-stores.ts'
import { SqsError } from './sqs-error.ts'

const purge = z.looseObject({ QueueUrl: z.string() })
const purgePauseMs = 60_000

/** Returns a check that refuses a second PurgeQueue of a queue within 60 seconds, as SQS does. */
export function purgeGuard(store: SqsStore, now: () => number): (input: unknown) => undefined {
  const purgedAtMs = new Map<string, number>()
  return (input) => {
    const queue = store.getQueue(purge.safeParse(input).data?.QueueUrl ?? '')
    if (queue === undefined) return undefined
    const atMs = now()
    if (atMs - (purgedAtMs.get(queue.arn) ?? Number.NEGATIVE_INFINITY) < purgePauseMs)
      throw new SqsError(
        'PurgeQueueInProgress',
        `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`,
      )
    purgedAtMs.set(queue.arn, atMs)
    return undefined
  }
}
