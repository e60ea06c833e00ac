/** How many calls a bucket has left, and as of when; null before its first call. */
export type BucketLevel = Readonly<{ left: number; atMs: number | null }>

/** A token bucket: it allows `size` calls at once, then as many as it is refilled with. */
export type TokenBucket = {
  /** Takes a token and returns true, or returns false when none is left. */
  take: (nowMs: number) => boolean
  /** Changes size and rate from now on. Tokens that were refilled so far stay, up to the new size. */
  adjust: (size: number, perSecond: number, nowMs: number) => void
  level: () => BucketLevel
  setLevel: (level: BucketLevel) => void
}

/** Compensates for rounding when fractions of a token add up. */
const tolerance = 1e-9

/** Creates a full bucket of `size` tokens that is refilled evenly with `perSecond` tokens. */
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
