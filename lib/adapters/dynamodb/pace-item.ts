import * as z from 'zod/mini'
import { present } from '../../run/present.ts'
import { counter, instant } from './plain-item.ts'

const rate = z.number().check(z.gt(0), z.lte(1000))
const share = z.number().check(z.nonnegative(), z.lte(1))
const total = z.number().check(z.nonnegative(), z.lte(1e9))

const PaceItem = z.object({
  version: counter,
  nextSlotMs: instant,
  loweredRate: z.exactOptional(rate),
  loweredAtMs: z.exactOptional(instant),
  limitRate: z.exactOptional(rate),
  rateCuts: z.exactOptional(counter),
  throttling: z.exactOptional(z.object({ sum: total, count: total, firstAtMs: instant, lastAtMs: instant })),
  descent: z.exactOptional(z.object({ topRate: rate, fromRate: rate, share })),
  chance: z.exactOptional(z.object({ share, sinceMs: instant })),
})
export type PaceItem = z.infer<typeof PaceItem>

/** How far clocks may differ. A time further ahead was written by a clock that runs ahead, or by hand. */
const skewMs = 60_000
/** The slowest rate that throttling leaves, in Starts per second: see lib/run/pace.ts. */
const slowestRate = 0.2

/** Returns the pace of an item; undefined when it is damaged. */
export const parsePace = (item: unknown): PaceItem | undefined => z.safeParse(PaceItem, item).data

/**
 * Whether a pace has a time that no starter can have written by now. Starters reserve slots until their invocation ends,
 * which is within the skew, and then one gap more.
 */
export const isAheadOfClock = (pace: PaceItem, nowMs: number, configuredPerSecond: number): boolean => {
  const { loweredAtMs = 0, throttling, chance } = pace
  const maxAheadMs = skewMs + 2000 / Math.min(slowestRate, configuredPerSecond)
  const latestMs = Math.max(
    loweredAtMs,
    throttling?.firstAtMs ?? 0,
    throttling?.lastAtMs ?? 0,
    chance?.sinceMs ?? 0,
  )
  return pace.nextSlotMs > nowMs + maxAheadMs || latestMs > nowMs + skewMs
}

/** The pace that replaces one whose times lie ahead of the clock. Its cuts are kept, because slots refer to them. */
export const begunAnew = ({ version, rateCuts }: PaceItem, nowMs: number): PaceItem => ({
  version,
  nextSlotMs: nowMs,
  ...present({ rateCuts }),
})
