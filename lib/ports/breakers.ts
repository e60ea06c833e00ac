import type { Breaker } from '../run/breaker.ts'

/**
 * The open circuit breakers, shared by all starters. Narrow, because no starter may decide on a copy that it read
 * earlier: which starter opens a breaker and which one probes it is settled by a condition on the write. Every method
 * throws PortUnavailable when the table does not answer.
 */
export interface Breakers {
  /** Returns every open breaker, strongly consistent. */
  openBreakers(): Promise<readonly Breaker[]>
  /** Opens a breaker unless one with the same cause is open: the first refusal sets its times. */
  trip(breaker: Breaker): Promise<void>
  /** Replaces `read` with `next` if it is still stored as it was read. Of several callers, one gets true. */
  replace(read: Breaker, next: Breaker): Promise<boolean>
  /** Closes a breaker, unless it was closed and opened again since it was read. */
  close(breaker: Breaker): Promise<void>
}
