import type { RunEvent } from '../contracts/run-event.ts'

/** Where endings are announced. */
export interface EventBus {
  /**
   * Sends events, at least once each; answers, in order, which ones the bus took. Throws only on defects: an
   * unreachable bus took none.
   */
  put(events: readonly RunEvent[]): Promise<readonly boolean[]>
}
