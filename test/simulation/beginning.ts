import type { Random } from './ports/random.ts'

/** Late, so that days and months that are full turn before the end, and what waits for them goes on. */
const calmTurnMs = Date.UTC(2026, 0, 31, 22, 50)
/** So late that they turn in the middle of the storm. */
const stormyTurnMs = Date.UTC(2026, 0, 31, 23, 50)

/** When a seed begins, in ms. Never just before a turn where a data source runs: it needs both of its days. */
export const drawBeginning = (random: Random, may: { readonly turnInStorm: boolean }): number =>
  random.chance(0.5) && may.turnInStorm ? stormyTurnMs : calmTurnMs
