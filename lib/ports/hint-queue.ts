/** The queue that DataZone's own events come from. Throws when it cannot answer. */
export interface HintQueue {
  /**
   * Hides messages that are being worked on for another `delaySeconds` (0 to 43,200), to look at them again then. One
   * that is gone, or that the queue refuses, is left as it is: a hint may be lost.
   */
  postpone(receiptHandles: readonly string[], delaySeconds: number): Promise<void>
}
