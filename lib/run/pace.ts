import { shareOverLimit, type Throttling, withThrottle } from './throttling.ts'

/**
 * The shared pace of Start: one small item that all starters update, which hands out slots at the rate in force.
 * DataZone allows 10 StartMetadataGenerationRun a second per account and Region (documented quota). Rates are Starts a
 * second. Why it falls and climbs as it does: docs/adr/0044.
 */
export interface Pace {
  readonly nextSlotMs: number
  /** The rate that the last fall left behind; the configured one when there was none. */
  readonly loweredRate?: number
  readonly loweredAtMs?: number
  /** What DataZone let through before that fall: about where the limit is. */
  readonly limitRate?: number
  /** How often the rate has fallen. Each fall voids the slots that were handed out before it and have not come yet. */
  readonly rateCuts?: number
  /** Throttled Starts since the last fall. */
  readonly throttling?: Throttling
}

/** The right to send one Start. */
export interface Slot {
  /** From then on, in ms since the epoch. */
  readonly atMs: number
  /** How often the rate had fallen when it was handed out; once it has fallen again, the slot is void. */
  readonly rateCuts: number
}

/** A fall leaves this much of what was let through, so that the limit has room again. */
const room = 0.97
/** It leaves at least this much of the rate: a share of few Starts may be far off. */
const deepestFall = 0.4
const slowestRate = 0.2
/** So long after a fall the rate is at the limit again: fast at first, ever slower near it, then ever faster beyond. */
const plateauMs = 60_000
/** The climb is at least that from a fall by this share of the configured rate. */
const leastDepth = 0.01

/** The rate in force. */
export const rateAt = (pace: Pace, nowMs: number, configuredRate: number): number => {
  const { loweredRate, loweredAtMs, limitRate = loweredRate } = pace
  if (loweredRate === undefined || limitRate === undefined || loweredAtMs === undefined) return configuredRate
  const depth = Math.max(limitRate - loweredRate, configuredRate * leastDepth)
  const climbed = limitRate + depth * ((nowMs - loweredAtMs) / plateauMs - 1) ** 3
  return Math.min(configuredRate, Math.max(loweredRate, climbed))
}

/**
 * Takes `count` slots; slots that lapsed unused are gone. Slots after `latestMs` cannot be used by whoever asks: they
 * are told, so that he knows how far away his turn is, and left to others.
 */
export const reserveSlots = (
  pace: Pace,
  count: number,
  nowMs: number,
  configuredRate: number,
  latestMs: number,
): { readonly pace: Pace; readonly slots: readonly Slot[] } => {
  const gapMs = 1000 / rateAt(pace, nowMs, configuredRate)
  const firstMs = Math.max(pace.nextSlotMs, nowMs)
  const rateCuts = pace.rateCuts ?? 0
  const slots = Array.from({ length: count }, (_, index) => ({ atMs: firstMs + index * gapMs, rateCuts }))
  const taken = slots.filter(({ atMs }) => atMs <= latestMs).length
  return { pace: { ...pace, nextSlotMs: taken === 0 ? pace.nextSlotMs : firstMs + taken * gapMs }, slots }
}

/**
 * DataZone throttled a Start. A few are only noted; more tell how many Starts are over the limit, and the rate falls to
 * just under it. Slots that are still to come are void then, so what was sent until now is what they follow on.
 */
export const slowDown = (pace: Pace, nowMs: number, configuredRate: number): Pace => {
  const rate = rateAt(pace, nowMs, configuredRate)
  const throttling = withThrottle(pace.throttling, nowMs, rate)
  const over = shareOverLimit(throttling, rate)
  if (over === undefined) return { ...pace, throttling }
  const limitRate = rate * Math.max(deepestFall, 1 - over)
  const loweredRate = Math.min(rate, Math.max(slowestRate, limitRate * room))
  const { throttling: _, ...rest } = pace
  return {
    ...rest,
    nextSlotMs: Math.min(pace.nextSlotMs, nowMs + 1000 / loweredRate),
    loweredRate,
    loweredAtMs: nowMs,
    limitRate,
    rateCuts: (pace.rateCuts ?? 0) + 1,
  }
}
