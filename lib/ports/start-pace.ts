import type { Slot } from '../run/pace.ts'

/** The one pace that all starters share (P7). Throws when the store cannot answer. */
export interface StartPace {
  /** Reserves `count` Start slots. A slot after `latestMs` is not reserved, only told. */
  reserve(count: number, nowMs: number, latestMs: number): Promise<readonly Slot[]>
  /** How often the pace has fallen by now: a slot from before the last fall is void. May be a moment old. */
  rateCuts(): Promise<number>
  /** DataZone throttled a Start: slow down for everybody. */
  slowDown(nowMs: number): Promise<void>
}
