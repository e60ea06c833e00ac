const minuteSeconds = 60
const waits = 3

/**
 * The seconds that a message waits while the table, the bus or a queue is down: 4, 16 and 64 minutes, each with up to
 * half as much jitter. The queue hands a message out five times, so the waits outlast an outage of 84 minutes and leave
 * one more try. Undefined: wait for the visibility timeout only.
 * @param receives how often the queue has handed the message out, from 1
 * @param random from 0 to 1
 */
export const outageWaitSeconds = (receives: number, random: number): number | undefined =>
  receives > waits ? undefined : Math.round(minuteSeconds * 4 ** Math.max(1, receives) * (1 + random / 2))
