/**
 * Throttled Starts since they became more than chance would have it: a running sum (CUSUM) in which each counts for one,
 * and each Start, throttled or not, takes the tolerated share away.
 */
export interface Throttling {
  readonly sum: number
  readonly count: number
  readonly firstAtMs: number
  readonly lastAtMs: number
}

/** The share of Starts that may be throttled for reasons of DataZone's own. */
const toleratedShare = 0.02
const tooMuch = 3
/** Of fewer Starts, or in less time, the share that is throttled tells nothing. */
const leastStarts = 10
const leastMs = 1000

/** One more Start was throttled, at a time when `startsPerSecond` are sent. */
export const withThrottle = (
  before: Throttling | undefined,
  nowMs: number,
  startsPerSecond: number,
): Throttling => {
  const alone = { sum: 1, count: 1, firstAtMs: nowMs, lastAtMs: nowMs }
  if (before === undefined) return alone
  const starts = (startsPerSecond * Math.max(0, nowMs - before.lastAtMs)) / 1000
  const left = before.sum - toleratedShare * starts
  if (left <= 0) return alone
  // Starters tell of what they met in any order.
  return {
    sum: left + 1,
    count: before.count + 1,
    firstAtMs: Math.min(before.firstAtMs, nowMs),
    lastAtMs: Math.max(before.lastAtMs, nowMs),
  }
}

/** The share of Starts over the limit, from 0 to 1, once there is no doubt that some are. */
export const shareOverLimit = (
  { sum, count, firstAtMs, lastAtMs }: Throttling,
  startsPerSecond: number,
): number | undefined => {
  const tookMs = lastAtMs - firstAtMs
  const starts = (startsPerSecond * tookMs) / 1000
  // The first one opened the count, and says nothing of how many there are.
  return sum < tooMuch || starts < leastStarts || tookMs < leastMs
    ? undefined
    : Math.min(1, (count - 1) / starts)
}
