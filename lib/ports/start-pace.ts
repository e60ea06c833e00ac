import type { Slot } from '../run/pace.ts'

/**
 * The rate limiter that all starters share (P7). Narrow, because a starter never sees or sets the rate: it reserves slots
 * and reports throttling. Every method throws PortUnavailable when the table does not answer.
 */
export interface StartPace {
  /**
   * Reserves `count` Start slots. Slots after `latestMs` are returned but not reserved: they show the caller how long the
   * wait would be.
   */
  reserve(count: number, nowMs: number, latestMs: number): Promise<readonly Slot[]>
  /** Returns how often the rate was cut; a slot handed out before the last cut is void. May be a moment old. */
  rateCuts(): Promise<number>
  /** Records that DataZone throttled a Start, so that every starter slows down. */
  slowDown(nowMs: number): Promise<void>
}
