import { setTimeout as delay } from 'node:timers/promises'
import type { EventLog } from './event-log.ts'
import { eventLine } from './event-log.ts'

/** The events of a bus of a deployed stack, from a temporary rule and queue. */
export interface BusEvents {
  /** Waits some seconds for events. `bus` is `default` for those of DataZone. */
  next(signal: AbortSignal): Promise<readonly { readonly bus: string; readonly event: unknown }[]>
  /** Removes the rule and the queue. */
  close(): Promise<void>
}

const retryMs = 5000

/** Keeps what the bus sends in the log, until it is stopped; then removes the rule and the queue. */
export const followBusEvents = (source: BusEvents, log: EventLog, onProblem: (problem: string) => void) => {
  const stopped = new AbortController()
  const follow = async (): Promise<void> => {
    for (const { bus, event } of await source.next(stopped.signal)) log.add(eventLine({ bus, event }))
  }
  const run = async () => {
    while (!stopped.signal.aborted)
      await follow().catch(async (error: unknown) => {
        if (stopped.signal.aborted) return
        onProblem(`the events do not arrive: ${error instanceof Error ? error.message : String(error)}`)
        await delay(retryMs, undefined, { signal: stopped.signal, ref: false }).catch(() => {})
      })
  }
  const running = run()
  return {
    stop: async () => {
      stopped.abort()
      await running
      await source.close()
    },
  }
}
