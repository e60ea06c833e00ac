import type { Random } from './ports/random.ts'

const minute = 60_000
const turnOfMonthMs = Date.UTC(2026, 1, 1)
const turnOfDayMs = Date.UTC(2026, 0, 6)

/** Late, so that full days and months turn before the end, and the requests that wait for them continue. */
export const calmTurnAfterMs = 70 * minute
/** In the middle of the storm. */
const stormyTurnAfterMs = 10 * minute

/**
 * Draws when a world begins, in ms since the epoch. The day always turns, but not in the storm if a data source runs, which
 * needs both days. The month turns with it, unless a full quota ends early.
 */
export const drawStartMs = (
  random: Random,
  may: { readonly turnInStorm: boolean; readonly turnMonth: boolean },
): number => {
  const afterMs = random.chance(0.5) && may.turnInStorm ? stormyTurnAfterMs : calmTurnAfterMs
  return (may.turnMonth ? turnOfMonthMs : turnOfDayMs) - afterMs
}
