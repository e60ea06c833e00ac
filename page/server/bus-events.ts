import type { EventLog } from './event-log.ts'
import { eventLine } from './event-log.ts'
import { repeatUntilStopped } from './repeat-until-stopped.ts'

/** Reads the events of a deployed stack's bus through a temporary rule and queue. */
export interface BusEvents {
  /** Waits up to ten seconds for events. `bus` is `default` for those of DataZone. */
  next(signal: AbortSignal): Promise<readonly { readonly bus: string; readonly event: unknown }[]>
  /** Removes the rule and the queue. */
  close(): Promise<void>
}

const retryMs = 5000

/** Adds the events of the bus to the log until it is stopped. Stopping also removes the rule and the queue. */
export const followBusEvents = (source: BusEvents, log: EventLog, onProblem: (problem: string) => void) => {
  const following = repeatUntilStopped(
    async (signal) => {
      for (const { bus, event } of await source.next(signal)) log.add(eventLine({ bus, event }))
    },
    {
      retryMs,
      onProblem: (error) =>
        onProblem(`the events do not arrive: ${error instanceof Error ? error.message : String(error)}`),
    },
  )
  return {
    stop: async () => {
      await following.stop()
      await source.close()
    },
  }
}
