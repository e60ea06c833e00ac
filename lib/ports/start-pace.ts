/** The one pace that all starters share (P7). Throws when the store cannot answer. */
export interface StartPace {
  /**
   * Reserves `count` Start slots; each is the time, in ms since the epoch, from which on to send. A slot after
   * `latestMs` is not reserved, only told.
   */
  reserve(count: number, nowMs: number, latestMs: number): Promise<readonly number[]>
  /** DataZone throttled a Start: slow down for everybody. */
  slowDown(nowMs: number): Promise<void>
}
