/** When a hint is looked at again that did not lead to an ending. */
export interface LookAgainSettings {
  /** In whole seconds. */
  readonly lookAgainSeconds: number
  /** So often; then what it is about is the sweep's. */
  readonly looksAgain: number
}

/**
 * A foreign run that is not followed yet is looked at for longer, because no sweep knows of it: at six times the pause,
 * which with the defaults is nearly as long as the hint queue keeps messages.
 */
const longerLooks = 9
const longerPauses = 6

/**
 * In how many seconds to look again; undefined: no more.
 * @param receives how often the hint has been handed out
 * @param isUndecided it is about a run that is to be followed, as soon as it is certain whose it is
 */
export const lookAgainAfterSeconds = (
  receives: number,
  isUndecided: boolean,
  { lookAgainSeconds, looksAgain }: LookAgainSettings,
): number | undefined => {
  if (receives <= looksAgain) return lookAgainSeconds
  return isUndecided && receives <= looksAgain + longerLooks
    ? Math.min(900, lookAgainSeconds * longerPauses)
    : undefined
}
