/**
 * Separates throttling by chance from throttling by rate. A limit refuses a smaller share of Starts at a lower rate, and
 * none below it; throttling by chance refuses the same share at any rate, so a lower rate gains nothing. Rates are Starts
 * per second, and shares are of 1.
 */

/** Cuts that follow each other, each decided on the Starts since the one before. */
export interface Descent {
  /** The rate before the first cut. */
  readonly topRate: number
  /** The rate of the first cut whose share can be compared, and the share of Starts that was throttled at it. */
  readonly fromRate: number
  readonly share: number
}

/** Throttling that a descent has shown to be independent of the rate. */
export interface Chance {
  readonly share: number
  readonly sinceMs: number
}

/** A cut this long after the one before it begins another descent. */
const sameDescentMs = 60_000
/** A limit that let through less of the first rate would still refuse as much at half of it. */
const mostShare = 0.6
/** A descent has shown enough once the rate is down to this share of the first. */
const shownAtRate = 0.5
/** At half of the rate, a limit refuses at most a third of the share that it refused before. */
const unchangedShare = 0.5

/** The descent that a cut belongs to. A share too large to be compared gives way to the next one. */
export const descentWith = (
  before: Descent | undefined,
  sinceCutMs: number,
  rate: number,
  share: number,
): Descent => {
  if (before === undefined || sinceCutMs >= sameDescentMs) return { topRate: rate, fromRate: rate, share }
  return before.share > mostShare ? { topRate: before.topRate, fromRate: rate, share } : before
}

/** Whether the share that is throttled now shows that the rate is not the cause. */
export const isByChance = ({ fromRate, share: first }: Descent, rate: number, share: number): boolean =>
  first <= mostShare && rate <= fromRate * shownAtRate && share >= first * unchangedShare

/** Throttling by chance is over when no Start was throttled for this long. */
const quietMs = 20_000
/** After this long the rate is tested again, because a limit may apply as well by now. */
const believedMs = 5 * 60_000

/** Whether throttling by chance is still to be expected. */
export const isExpected = ({ sinceMs }: Chance, lastThrottleMs: number | undefined, nowMs: number): boolean =>
  nowMs - sinceMs < believedMs && nowMs - Math.max(sinceMs, lastThrottleMs ?? sinceMs) < quietMs
