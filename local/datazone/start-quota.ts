/** A token bucket: so many calls at once, then as many as come free. One bucket is the whole account's. */
export type StartQuota = { take: (nowMs: number) => boolean }

/** Forgives what adding up fractions of a call loses. */
const tolerance = 1e-9

/** A full bucket of `size` calls, refilled evenly by `perSecond`; `take` says whether a call is within it. */
export const createStartQuota = (size: number, perSecond: number): StartQuota => {
  let left = size
  let atMs = Number.NEGATIVE_INFINITY
  return {
    take: (nowMs) => {
      left = Math.min(size, left + (Math.max(0, nowMs - atMs) * perSecond) / 1000)
      atMs = Math.max(atMs, nowMs)
      if (left < 1 - tolerance) return false
      left = Math.max(0, left - 1)
      return true
    },
  }
}
