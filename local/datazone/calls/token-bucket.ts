/** How many calls a bucket has left, as of a moment; null before its first call. */
export type BucketLevel = Readonly<{ left: number; atMs: number | null }>

/** A token bucket: `size` calls at once, then as many as are refilled. One bucket is the whole account's. */
export type TokenBucket = {
  /** Whether one more call is within the rate. */
  take: (nowMs: number) => boolean
  /** Another size and rate from now on; what was refilled so far stays, as far as it fits. */
  adjust: (size: number, perSecond: number, nowMs: number) => void
  level: () => BucketLevel
  setLevel: (level: BucketLevel) => void
}

/** Makes up for what adding fractions of a call loses. */
const tolerance = 1e-9

/** A full bucket of `size` calls, refilled evenly by `perSecond`. */
export const createTokenBucket = (size: number, perSecond: number): TokenBucket => {
  let bucket = { size, perSecond }
  let left = size
  let atMs = Number.NEGATIVE_INFINITY
  const refill = (nowMs: number): void => {
    left = Math.min(bucket.size, left + (Math.max(0, nowMs - atMs) * bucket.perSecond) / 1000)
    atMs = Math.max(atMs, nowMs)
  }
  return {
    take: (nowMs) => {
      refill(nowMs)
      if (left < 1 - tolerance) return false
      left = Math.max(0, left - 1)
      return true
    },
    adjust: (newSize, newPerSecond, nowMs) => {
      refill(nowMs)
      bucket = { size: newSize, perSecond: newPerSecond }
    },
    level: () => ({ left, atMs: Number.isFinite(atMs) ? atMs : null }),
    setLevel: (level) => {
      left = level.left
      atMs = level.atMs ?? Number.NEGATIVE_INFINITY
    },
  }
}
