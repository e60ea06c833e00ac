import type { StartContext } from './start-context.ts'

/**
 * The shortest time before the deadline in which a call is sent, in ms. Together with the margin after the deadline, in
 * which the outcome is recorded, one try of a call may take as long as the SDK allows.
 */
const minTimeToAskMs = 2000

/** Whether there is time to call DataZone for anything but a Start, and to record the answer. */
export const hasTimeToAsk = ({ clock, deadlineMs }: Pick<StartContext, 'clock' | 'deadlineMs'>): boolean =>
  clock.now() <= deadlineMs - minTimeToAskMs
