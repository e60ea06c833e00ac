import type { Clock } from '../../lib/ports/clock.ts'
import { t0 } from './runs.ts'

export interface ManualClock extends Clock {
  advance(byMs: number): void
}

/** Time that only tests move. Sleeping moves it at once; chance is always a half. */
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
