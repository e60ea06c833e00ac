/**
 * The shared pace of Start: one small item that all starters update, which hands out slots at the rate in force.
 * DataZone allows 10 StartMetadataGenerationRun a second per account and Region (documented quota).
 */
export interface Pace {
  readonly nextSlotMs: number
  /** The rate that the last throttling left behind, a second; the configured one when there was none. */
  readonly loweredRate?: number
  readonly loweredAtMs?: number
}

const fall = 0.8
const holdMs = 30_000
/** After the hold, the rate climbs back by this share of the configured rate a second. */
const climbPerSecond = 0.005
const slowestPerSecond = 0.2

/** Starts a second that the pace allows now. */
export const rateAt = (pace: Pace, nowMs: number, configuredPerSecond: number): number => {
  if (pace.loweredRate === undefined || pace.loweredAtMs === undefined) return configuredPerSecond
  const climbedMs = Math.max(0, nowMs - pace.loweredAtMs - holdMs)
  return Math.min(
    configuredPerSecond,
    pace.loweredRate + (configuredPerSecond * climbPerSecond * climbedMs) / 1000,
  )
}

/**
 * Takes `count` slots; slots that lapsed unused are gone. Each slot is the time, in ms, from which on to send. Slots
 * after `latestMs` cannot be used by whoever asks: they are told, so that he knows how far away his turn is, and left to
 * others.
 */
export const takeSlots = (
  pace: Pace,
  count: number,
  nowMs: number,
  configuredPerSecond: number,
  latestMs: number,
): { readonly pace: Pace; readonly slots: readonly number[] } => {
  const gapMs = 1000 / rateAt(pace, nowMs, configuredPerSecond)
  const firstMs = Math.max(pace.nextSlotMs, nowMs)
  const slots = Array.from({ length: count }, (_, index) => firstMs + index * gapMs)
  const taken = slots.filter((slotMs) => slotMs <= latestMs).length
  return { pace: { ...pace, nextSlotMs: taken === 0 ? pace.nextSlotMs : firstMs + taken * gapMs }, slots }
}

/** DataZone throttled: the rate falls by a fifth, at most once a second, and no slower than one in five seconds. */
export const slowDown = (pace: Pace, nowMs: number, configuredPerSecond: number): Pace =>
  pace.loweredAtMs !== undefined && nowMs - pace.loweredAtMs < 1000
    ? pace
    : {
        ...pace,
        loweredRate: Math.max(slowestPerSecond, rateAt(pace, nowMs, configuredPerSecond) * fall),
        loweredAtMs: nowMs,
      }
