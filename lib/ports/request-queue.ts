import type { RejectedRequest } from '../contracts/rejected-request.ts'
import type { Release } from '../contracts/release.ts'

/** The queue that requests come from, and the one that rejected requests go to. Throws when a queue cannot answer. */
export interface RequestQueue {
  /** Puts parked records back on the queue, each after its delay of 0 to 900 s. Answers which were taken, in order. */
  release(
    releases: readonly { readonly release: Release; readonly delaySeconds: number }[],
  ): Promise<readonly boolean[]>
  /** Hides a message that is being worked on for another `delaySeconds` (0 to 43,200). */
  postpone(receiptHandle: string, delaySeconds: number): Promise<void>
  /** Keeps a copy of what was rejected, with the reason, cut to fit. */
  copyRejected(rejected: RejectedRequest): Promise<void>
}
