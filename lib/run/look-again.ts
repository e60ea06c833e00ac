/** When to handle a hint again that did not lead to an ending. */
export interface LookAgainSettings {
  /** The pause, in whole seconds. */
  readonly lookAgainSeconds: number
  /** How many times; after that the run is left to the sweep. */
  readonly maxLooks: number
}

/**
 * A hint that no sweep can replace (a foreign run that is not followed yet, an acceptance that could not be recorded) is
 * handled 30 more times, at six times the pause: half an hour with the defaults. A Start whose release was lost is
 * resolved by then, and the hint queue keeps messages longer, so the last try is seen and reported.
 */
const longerLooks = 30
const longerPauses = 6

/**
 * The seconds until a hint is handled again; undefined: not again.
 * @param receives how often the queue has handed the hint out
 * @param isUndecided no sweep can replace the hint
 */
export const lookAgainAfterSeconds = (
  receives: number,
  isUndecided: boolean,
  { lookAgainSeconds, maxLooks }: LookAgainSettings,
): number | undefined => {
  if (receives <= maxLooks) return lookAgainSeconds
  return isUndecided && receives <= maxLooks + longerLooks
    ? Math.min(900, lookAgainSeconds * longerPauses)
    : undefined
}
