import type { RunEvent } from '../contracts/run-event.ts'

/** Receives the name of the error for which the bus refused some events. */
export type ReportRefusedEvents = (error: string, events: number) => void

/**
 * The bus on which runs are announced. Narrow, because an event is only ever sent after its record is stored (P3), so a
 * caller needs to know nothing but which events the bus accepted.
 */
export interface EventBus {
  /**
   * Sends each event at least once and returns, in order, whether the bus accepted it. An unreachable bus accepts none;
   * only a defect throws. Gives up after a few seconds, or after `abortAfterMs` if that is sooner: a bus that does not
   * answer must not use up an invocation.
   */
  put(events: readonly RunEvent[], abortAfterMs?: number): Promise<readonly boolean[]>
}
