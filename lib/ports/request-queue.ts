import type { RejectedRequest } from '../contracts/rejected-request.ts'
import type { Release } from '../contracts/release.ts'
import type { RunRequest } from '../contracts/run-request.ts'

/**
 * The request queue and the queue of rejected requests. Narrow, because Lambda receives and deletes the messages: the
 * code only releases parked records, sends the requests of a backfill, postpones a message and copies a rejected one.
 * Every method throws PortUnavailable when a queue does not answer.
 */
export interface RequestQueue {
  /** Queues parked records again, each after its delay of 0 to 900 s. Returns which were accepted, in order. */
  release(
    releases: readonly { readonly release: Release; readonly delaySeconds: number }[],
  ): Promise<readonly boolean[]>
  /** Queues requests of a backfill. Returns which were accepted, in order. */
  submit(requests: readonly RunRequest[]): Promise<readonly boolean[]>
  /** Hides a message that is being processed for another `delaySeconds` (0 to 43,200). */
  postpone(receiptHandle: string, delaySeconds: number): Promise<void>
  /** Keeps a copy of a rejected message with the reason, cut to the size limit of SQS. */
  copyRejected(rejected: RejectedRequest): Promise<void>
}
