import type { Breaker } from '../run/breaker.ts'

/**
 * The open breakers that all starters share, a small item each. Narrow on purpose: who may probe and who opened first
 * is decided by condition, never by what was read. Every method throws when the store cannot answer.
 */
export interface Breakers {
  /** Every open breaker, as of now. */
  openBreakers(): Promise<readonly Breaker[]>
  /** Opens a breaker, unless one with the same cause is open: the first to be refused sets its times. */
  trip(breaker: Breaker): Promise<void>
  /** Puts `next` in the place of `read`, if that is still as it was read. Of several who try, one hears true. */
  replace(read: Breaker, next: Breaker): Promise<boolean>
  /** Closes a breaker, unless it was closed and opened anew since. */
  close(breaker: Breaker): Promise<void>
}
