const firstSeconds = 5
const maxSeconds = 30

const jittered = (seconds: number, random: number): number => Math.round(seconds * (0.5 + random))

/**
 * Returns the seconds until a message is tried again: 5, 10, 20, then 30, each with a jitter of half to one and a half
 * times. The wait does not grow further, because receives are also counted while a service of ours is down or Lambda is
 * throttled.
 * @param receives how often the queue has handed the message out, from 1
 * @param random from 0 to 1
 */
export const backoffSeconds = (receives: number, random: number): number =>
  jittered(Math.min(maxSeconds, firstSeconds * 2 ** (Math.max(1, receives) - 1)), random)

/**
 * Returns the milliseconds to wait for something of unknown length: half of the time it has lasted, within bounds. A
 * short wait is checked often, and a long one ever less.
 */
export const backoffByAgeMs = (ageMs: number, leastMs: number, mostMs: number): number =>
  Math.min(mostMs, Math.max(leastMs, Math.round(ageMs / 2)))

/** From this receive on, after most of an hour, a message that meets an outage waits for minutes. */
const manyReceives = 100
const longWaitSeconds = 300

/**
 * Returns the seconds that a message is hidden because a service of ours does not answer: as `backoffSeconds`, so that it
 * comes back within 45 seconds, and 5 minutes, with the same jitter, after a hundred receives, so that they last for hours.
 */
export const outageWaitSeconds = (receives: number, random: number): number =>
  receives > manyReceives ? jittered(longWaitSeconds, random) : backoffSeconds(receives, random)
