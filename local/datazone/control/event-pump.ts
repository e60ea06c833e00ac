import type { DataZoneEvent } from '../world/outbox.ts'
import type { Control } from './control.ts'

/** Delivers events until it is stopped. */
export type EventPump = {
  /** Takes no more events, and waits for the delivery in progress. */
  stop: () => Promise<void>
}

/** How often the pump takes events, in real milliseconds, and what it calls for a failed delivery. */
export type PumpOptions = { everyMs?: number; failed?: (error: unknown, event: DataZoneEvent) => void }

/**
 * Delivers the events of a simulator in real time, one after the other, as they reach the bus. An event whose delivery
 * fails is lost: DataZone's delivery is best effort, too.
 */
export const pumpEvents = (
  control: Pick<Control, 'takeEvents'>,
  deliver: (event: DataZoneEvent) => unknown,
  { everyMs = 50, failed = () => {} }: PumpOptions = {},
): EventPump => {
  let delivered: Promise<void> | undefined
  let stopped = false
  const pump = async (): Promise<void> => {
    for (const { event } of control.takeEvents()) {
      if (stopped) return
      try {
        await deliver(event)
      } catch (error) {
        failed(error, event)
      }
    }
  }
  const timer = setInterval(() => {
    delivered ??= pump().finally(() => {
      delivered = undefined
    })
  }, everyMs)
  return {
    stop: async () => {
      stopped = true
      clearInterval(timer)
      await delivered
    },
  }
}
