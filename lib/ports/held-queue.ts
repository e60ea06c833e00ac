/** A message that was taken from a queue and is hidden from other readers for a while. */
export interface HeldMessage {
  readonly id: string
  readonly body: string
  readonly receiptHandle: string
  readonly sentAtMs?: number
}

/**
 * A queue that operators inspect: the dead letters or the rejected requests. Narrow, so that no command can purge it:
 * a message goes only by its receipt handle. Every method throws PortUnavailable when the queue does not answer.
 */
export interface HeldQueue {
  /** Takes up to `limit` messages and hides them for `hideSeconds`. */
  take(limit: number, hideSeconds: number): Promise<readonly HeldMessage[]>
  /** Shows messages to other readers again. */
  putBack(messages: readonly HeldMessage[]): Promise<void>
  /** Deletes a message. */
  remove(message: HeldMessage): Promise<void>
}
