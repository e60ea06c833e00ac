/** When a hint is looked at again that did not lead to an ending. */
export interface LookAgainSettings {
  /** In whole seconds. */
  readonly lookAgainSeconds: number
  /** So often; then what it is about is the sweep's. */
  readonly maxLooks: number
}

/**
 * What no sweep would find is looked at for longer, a foreign run that is not followed yet and an acceptance that could
 * not be noted: at six times the pause, with the defaults for half an hour. That is longer than the fate of a Start of
 * ours is open when a release was lost, and well within what the hint queue keeps, so that the last look is ours and is
 * told.
 */
const longerLooks = 30
const longerPauses = 6

/**
 * In how many seconds to look again; undefined: no more.
 * @param receives how often the hint has been handed out
 * @param isUndecided nobody but this hint tells of it: a run that is to be followed as soon as it is certain whose it is,
 * or an acceptance
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
