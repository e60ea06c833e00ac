import { fieldOf, jsonOf } from '../../contracts/event-body.ts'
import { parseQueueMessage } from '../../contracts/queue-message.ts'
import type { HeldMessage, HeldQueue } from '../../ports/held-queue.ts'
import { batchesOf } from '../batches.ts'

/**
 * Moves messages back to the request queue.
 *
 * 1. A message is sent before it is deleted, so a command that dies halfway loses none; one that is then in both queues is
 *    a duplicate by its request id.
 * 2. A body that would be rejected again is never sent.
 */

/** Which queue a message is in. */
export type HeldQueueName = 'dead' | 'rejected'

/** A message, the body that would be sent, and why it is here. */
export interface Candidate {
  readonly message: HeldMessage
  readonly body: string
  readonly reasons: readonly string[]
  /** Why the body cannot be sent as it is. */
  readonly problems: readonly string[]
}

const problemsOf = (body: string, nowMs: number): readonly string[] => {
  const parsed = parseQueueMessage(body, nowMs)
  return parsed.kind === 'malformed' || parsed.kind === 'ignored' ? parsed.problems : []
}

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []

/** Reads a message: a rejected one holds the body that was sent and the reasons beside it. */
export const candidateOf = (queue: HeldQueueName, message: HeldMessage, nowMs: number): Candidate => {
  if (queue === 'dead') {
    const reasons = ['was received 200 times and never handled; the starter log names the error']
    return { message, body: message.body, reasons, problems: problemsOf(message.body, nowMs) }
  }
  const copy = jsonOf(message.body)
  const body = fieldOf(copy, 'body')
  const reasons = texts(fieldOf(copy, 'reasons'))
  if (typeof body !== 'string') return { message, body: '', reasons, problems: ['body: is missing'] }
  return fieldOf(copy, 'truncated') === true
    ? { message, body, reasons, problems: ['body: was cut to fit the queue; its sender must send it again'] }
    : { message, body, reasons, problems: problemsOf(body, nowMs) }
}

/** Returns the candidate with a body that an operator edited. */
export const edited = (candidate: Candidate, body: string, nowMs: number): Candidate => ({
  ...candidate,
  body,
  problems: problemsOf(body, nowMs),
})

/** Whether the body or a reason contains a text, without regard to case. */
export const matchesFilter = ({ body, reasons }: Candidate, filter: string | undefined): boolean =>
  filter === undefined || [body, ...reasons].some((text) => text.toLowerCase().includes(filter.toLowerCase()))

/**
 * Sends candidates to the request queue and removes those that it accepted. Returns how many were moved.
 * @param send queues bodies and returns, in order, which were accepted
 */
export const redrive = async (
  candidates: readonly Candidate[],
  queue: Pick<HeldQueue, 'remove'>,
  send: (bodies: readonly string[]) => Promise<readonly boolean[]>,
  onProgress: (moved: number) => void = () => {},
): Promise<number> => {
  let moved = 0
  for (const batch of batchesOf(candidates.filter(({ problems }) => problems.length === 0))) {
    const taken = await send(batch.map(({ body }) => body))
    for (const [index, { message }] of batch.entries()) {
      if (taken[index] !== true) continue
      await queue.remove(message)
      moved += 1
    }
    onProgress(moved)
  }
  return moved
}
