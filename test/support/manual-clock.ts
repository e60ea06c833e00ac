import type { Clock } from '../../lib/ports/clock.ts'
import { t0 } from './runs.ts'

export interface ManualClock extends Clock {
  advance(byMs: number): void
}

/**
 * Returns a clock that moves only by `advance` and `sleepUntil`, which returns at once. `random` always returns 0.5.
 */
export const manualClock = (startMs = t0): ManualClock => {
  let nowMs = startMs
  return {
    now: () => nowMs,
    sleepUntil: async (atMs) => {
      nowMs = Math.max(nowMs, atMs)
    },
    random: () => 0.5,
    advance(byMs) {
      nowMs += byMs
    },
  }
}
