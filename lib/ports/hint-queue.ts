/**
 * The queue of DataZone's own events. Narrow, because a hint may be lost without harm: the sweep finds what it would
 * have reported.
 */
export interface HintQueue {
  /**
   * Hides messages that are being processed for another `delaySeconds` (0 to 43,200). A message that is deleted, or that
   * the queue refuses to hide, stays as it is. Throws PortUnavailable when the queue does not answer.
   */
  postpone(receiptHandles: readonly string[], delaySeconds: number): Promise<void>
}
