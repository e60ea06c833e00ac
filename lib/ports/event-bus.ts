import type { RunEvent } from '../contracts/run-event.ts'

/**
 * The bus on which runs are announced. Narrow, because an event is only ever sent after its record is stored (P3), so a
 * caller needs to know nothing but which events the bus accepted.
 */
export interface EventBus {
  /**
   * Sends each event at least once and returns, in order, whether the bus accepted it. An unreachable bus accepts none;
   * only a defect throws.
   */
  put(events: readonly RunEvent[]): Promise<readonly boolean[]>
}
