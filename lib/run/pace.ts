import { type Chance, type Descent, descentWith, isByChance, isExpected } from './chance-throttling.ts'
import { shareOverLimit, type Throttling, toleranceOf, usualTolerance, withThrottle } from './throttling.ts'

/**
 * The rate limiter of Start: one small item that all starters update, which hands out slots at the current rate. DataZone
 * allows 10 StartMetadataGenerationRun a second per account and Region (documented quota). Rates are Starts per second.
 * Why the rate is cut and climbs as it does: docs/adr/0044, and for throttling by chance docs/adr/0102.
 */
export interface Pace {
  readonly nextSlotMs: number
  /** The rate right after the last cut; absent while it was never cut. */
  readonly loweredRate?: number
  readonly loweredAtMs?: number
  /** The rate that DataZone let through before that cut: about where its limit is. */
  readonly limitRate?: number
  /** How often the rate was cut. A cut voids the slots that were handed out before it and are still to come. */
  readonly rateCuts?: number
  /** Throttled Starts since the last cut. */
  readonly throttling?: Throttling
  /** The cuts that the last one belongs to. */
  readonly descent?: Descent
  /** Throttling that a lower rate does not reduce. */
  readonly chance?: Chance
}

/** The right to send one Start. */
export interface Slot {
  /** When the Start may be sent. */
  readonly atMs: number
  /** `Pace.rateCuts` when the slot was handed out. A later cut voids the slot. */
  readonly rateCuts: number
}

/** A cut leaves this share of the rate that was let through, so that DataZone's bucket refills. */
const room = 0.97
/** A cut leaves at least this share of the rate, because a share that is measured on few Starts may be far off. */
const deepestCut = 0.4
const slowestRate = 0.2
/** The rate is back at the limit this long after a cut: fast at first, slow near the limit, then faster beyond it. */
const plateauMs = 60_000
/** The climb is at least as fast as after a cut by this share of the configured rate. */
const leastDepth = 0.01

/** The current rate, in Starts per second. */
export const rateAt = (pace: Pace, nowMs: number, configuredRate: number): number => {
  const { loweredRate, loweredAtMs, limitRate = loweredRate } = pace
  if (loweredRate === undefined || limitRate === undefined || loweredAtMs === undefined) return configuredRate
  const depth = Math.max(limitRate - loweredRate, configuredRate * leastDepth)
  const climbed = limitRate + depth * ((nowMs - loweredAtMs) / plateauMs - 1) ** 3
  return Math.min(configuredRate, Math.max(loweredRate, climbed))
}

/**
 * Reserves `count` slots; slots that lapsed unused are lost. Slots after `latestMs` are returned, so that the starter
 * knows how long it would wait, but not reserved.
 */
export const reserveSlots = (
  pace: Pace,
  { count, latestMs }: { readonly count: number; readonly latestMs: number },
  nowMs: number,
  configuredRate: number,
): { readonly pace: Pace; readonly slots: readonly Slot[] } => {
  const gapMs = 1000 / rateAt(pace, nowMs, configuredRate)
  const firstMs = Math.max(pace.nextSlotMs, nowMs)
  const rateCuts = pace.rateCuts ?? 0
  const slots = Array.from({ length: count }, (_, index) => ({ atMs: firstMs + index * gapMs, rateCuts }))
  const taken = slots.filter(({ atMs }) => atMs <= latestMs).length
  return { pace: { ...pace, nextSlotMs: taken === 0 ? pace.nextSlotMs : firstMs + taken * gapMs }, slots }
}

/** The pace back at the rate before a descent, which gained nothing. */
const restored = (pace: Pace, { topRate }: Descent, chance: Chance, configuredRate: number): Pace => {
  const { throttling: _, descent: __, loweredRate: ___, loweredAtMs: ____, limitRate: _____, ...rest } = pace
  const isWhole = topRate >= configuredRate
  return {
    ...rest,
    chance,
    ...(isWhole ? {} : { loweredRate: topRate, limitRate: topRate, loweredAtMs: chance.sinceMs - plateauMs }),
  }
}

/**
 * The pace after DataZone throttled a Start. A few throttles are only recorded; more show what share of Starts is over
 * the limit, and the rate is cut to just under it. A cut voids the slots that are still to come. When as much is throttled
 * at half of the rate, the limit is not the cause: the rate returns, and the larger of the two shares is expected from then
 * on, because each was measured on few Starts.
 */
export const slowDown = (pace: Pace, nowMs: number, configuredRate: number): Pace => {
  const rate = rateAt(pace, nowMs, configuredRate)
  const { chance: believed, ...doubting } = pace
  const isChance = believed !== undefined && isExpected(believed, pace.throttling?.lastAtMs, nowMs)
  const before = isChance ? pace : doubting
  const tolerance = isChance ? toleranceOf(believed.share) : usualTolerance
  const throttling = withThrottle(pace.throttling, nowMs, rate, tolerance)
  const over = shareOverLimit(throttling, rate, tolerance)
  if (over === undefined) return { ...before, throttling }
  const descent = descentWith(pace.descent, nowMs - (pace.loweredAtMs ?? 0), rate, over)
  if (!isChance && isByChance(descent, rate, over)) {
    const share = Math.max(descent.share, over)
    return restored(doubting, descent, { share, sinceMs: nowMs }, configuredRate)
  }
  const limitRate = rate * Math.max(deepestCut, 1 - over)
  const loweredRate = Math.min(rate, Math.max(slowestRate, limitRate * room))
  const { throttling: _, ...rest } = doubting
  return {
    ...rest,
    nextSlotMs: Math.min(pace.nextSlotMs, nowMs + 1000 / loweredRate),
    loweredRate,
    loweredAtMs: nowMs,
    limitRate,
    rateCuts: (pace.rateCuts ?? 0) + 1,
    descent,
  }
}
