import type { StartPace } from '../../lib/ports/start-pace.ts'

/** Returns a rate limiter that never makes a starter wait: every slot is now. */
export const unlimitedPace = (now: () => number): StartPace => ({
  reserve: async (count) => Array.from({ length: count }, () => ({ atMs: now(), rateCuts: 0 })),
  rateCuts: async () => 0,
  slowDown: async () => {},
})
