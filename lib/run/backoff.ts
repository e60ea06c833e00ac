const firstSeconds = 5
const maxSeconds = 300

/**
 * Returns the seconds until a message is tried again: 5, 10, 20, ... up to 300, each with a jitter of half to one and
 * a half times.
 * @param receives how often the queue has handed the message out, from 1
 * @param random from 0 to 1
 */
export const backoffSeconds = (receives: number, random: number): number =>
  Math.round(Math.min(maxSeconds, firstSeconds * 2 ** (Math.max(1, receives) - 1)) * (0.5 + random))

/**
 * Returns the milliseconds to wait for something of unknown length: half of the time it has lasted, within bounds. A
 * short wait is checked often, and a long one ever less.
 */
export const backoffByAgeMs = (ageMs: number, leastMs: number, mostMs: number): number =>
  Math.min(mostMs, Math.max(leastMs, Math.round(ageMs / 2)))
