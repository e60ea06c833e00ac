/**
 * What `--speed` changes for the functions: nothing but ordinary settings. The lease, the three assumptions and the
 * Start quota stay real.
 */
const scaledSeconds = {
  SWEEP_PERIOD_SECONDS: 60,
  MIN_AGE_SECONDS: 45,
  HINT_LOOK_AGAIN_SECONDS: 10,
  LOOK_AGAIN_SECONDS: 60,
  PARK_SECONDS: 900,
  NOT_FOUND_GRACE_SECONDS: 300,
  RELEASE_HOLD_SECONDS: 900,
  RUN_DEADLINE_SECONDS: 14_400,
}

/** Environment settings with every waiting time divided by `speed`. */
export const settingsAtSpeed = (speed: number): Record<string, string> =>
  Object.fromEntries(Object.entries(scaledSeconds).map(([name, seconds]) => [name, String(seconds / speed)]))

const hintWindowSeconds = 5
/** Below this the batches of hints get so small that a look costs a call for nearly each. */
const leastHintWindowSeconds = 2

/** How long hints are gathered at this speed, in seconds. */
export const hintWindowAtSpeed = (speed: number): number =>
  Math.max(hintWindowSeconds / speed, leastHintWindowSeconds)
