/**
 * A running count (CUSUM) of throttled Starts: each adds one, and every Start, throttled or not, takes the tolerated share
 * away. It stays near zero while throttling is as rare as chance, and grows once Starts are over the limit.
 */
export interface Throttling {
  readonly sum: number
  readonly count: number
  readonly firstAtMs: number
  readonly lastAtMs: number
}

/** How much throttling counts as chance: the share of Starts, and by how many Starts it may be exceeded. */
export interface Tolerance {
  readonly share: number
  readonly excess: number
}

/** The share of Starts that DataZone may throttle without being over the limit. */
export const usualTolerance: Tolerance = { share: 0.02, excess: 3 }

/** The same while a share of Starts is throttled whatever the rate is. The larger the share, the more it varies. */
export const toleranceOf = (chanceShare: number): Tolerance => ({ share: chanceShare + 0.1, excess: 8 })
/** With fewer Starts, or in less time, the share that is throttled means nothing. */
const leastStarts = 10
const leastMs = 1000

/** The count with one more throttled Start, at a rate of `startsPerSecond`. */
export const withThrottle = (
  before: Throttling | undefined,
  nowMs: number,
  startsPerSecond: number,
  tolerance = usualTolerance,
): Throttling => {
  const alone = { sum: 1, count: 1, firstAtMs: nowMs, lastAtMs: nowMs }
  if (before === undefined) return alone
  const starts = (startsPerSecond * Math.max(0, nowMs - before.lastAtMs)) / 1000
  const left = before.sum - tolerance.share * starts
  if (left <= 0) return alone
  // Starters report throttles in any order.
  return {
    sum: left + 1,
    count: before.count + 1,
    firstAtMs: Math.min(before.firstAtMs, nowMs),
    lastAtMs: Math.max(before.lastAtMs, nowMs),
  }
}

/** The share of Starts over the limit, from 0 to 1; undefined while it may be chance. */
export const shareOverLimit = (
  { sum, count, firstAtMs, lastAtMs }: Throttling,
  startsPerSecond: number,
  tolerance = usualTolerance,
): number | undefined => {
  const tookMs = lastAtMs - firstAtMs
  const starts = (startsPerSecond * tookMs) / 1000
  // The first throttle opened the count, so it does not count toward the share.
  return sum < tolerance.excess || starts < leastStarts || tookMs < leastMs
    ? undefined
    : Math.min(1, (count - 1) / starts)
}
