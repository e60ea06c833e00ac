const minuteSeconds = 60
const waits = 3

/**
 * How long a message waits for the table, the bus or a queue of ours to answer again, in s: 4, 16 and 64 minutes, each
 * up to half as long again, so that not all come back at once. The queue hands a message out five times: together the
 * waits outlast an outage of 84 minutes, and leave a try for what else a request may meet. Undefined: no longer than
 * the visibility timeout.
 * @param receives how often the message has been handed out, from 1
 * @param random from 0 to 1
 */
export const outageWaitSeconds = (receives: number, random: number): number | undefined =>
  receives > waits ? undefined : Math.round(minuteSeconds * 4 ** Math.max(1, receives) * (1 + random / 2))
