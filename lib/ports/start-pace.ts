/** The one pace that all starters share (P7). Throws when the store cannot answer. */
export interface StartPace {
  /** Reserves `count` Start slots; each is the time, in ms since the epoch, from which on to send. */
  reserve(count: number, nowMs: number): Promise<readonly number[]>
  /** DataZone throttled a Start: slow down for everybody. */
  slowDown(nowMs: number): Promise<void>
}
