import type { StartContext } from './start-context.ts'

/**
 * Before the deadline, in ms. With what is kept back after it to write down what was learned, one try of a call may take
 * all the time that the SDK gives it.
 */
const leastTimeToAskMs = 2000

/** Whether DataZone can still be asked something that is not a Start, and its answer be written down. */
export const hasTimeToAsk = ({ clock, deadlineMs }: Pick<StartContext, 'clock' | 'deadlineMs'>): boolean =>
  clock.now() <= deadlineMs - leastTimeToAskMs
