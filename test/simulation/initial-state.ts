import type { Random } from './ports/random.ts'

const minute = 60_000
const turnOfMonthMs = Date.UTC(2026, 1, 1)
const turnOfDayMs = Date.UTC(2026, 0, 6)

/** Late, so that days and months that are full turn before the end, and what waits for them goes on. */
export const calmTurnAfterMs = 70 * minute
/** In the middle of the storm. */
const stormyTurnAfterMs = 10 * minute

/**
 * When a seed begins, in ms since the epoch. The day always turns: not in the storm where a data source runs, which needs
 * both of its days. The month turns with it, but not where a full quota ends without.
 */
export const drawStartMs = (
  random: Random,
  may: { readonly turnInStorm: boolean; readonly turnMonth: boolean },
): number => {
  const afterMs = random.chance(0.5) && may.turnInStorm ? stormyTurnAfterMs : calmTurnAfterMs
  return (may.turnMonth ? turnOfMonthMs : turnOfDayMs) - afterMs
}
