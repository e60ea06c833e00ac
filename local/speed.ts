/**
 * The settings that `--speed` divides, in seconds. The lease, the three assumptions about DataZone and the Start quota
 * keep their real values.
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

/** Returns the environment settings of the functions, with every waiting time divided by `speed`. */
export const settingsAtSpeed = (speed: number): Record<string, string> =>
  Object.fromEntries(Object.entries(scaledSeconds).map(([name, seconds]) => [name, String(seconds / speed)]))

const hintWindowSeconds = 5
/** With a shorter window, most batches hold one hint, and each hint costs a DataZone call. */
const minHintWindowSeconds = 2

/** Returns the batching window of hints at this speed, in seconds. */
export const hintWindowAtSpeed = (speed: number): number =>
  Math.max(hintWindowSeconds / speed, minHintWindowSeconds)

/**
 * Returns the batching window of notifications at this speed, in seconds: at most 10, where AWS has 300, because a user
 * waits.
 */
export const notificationWindowAtSpeed = (speed: number): number => 10 / speed
