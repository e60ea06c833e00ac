import type { DataZoneEvent } from '../world/outbox.ts'
import type { Control } from './control.ts'

/** Events on their way out, until it is stopped. */
export type EventPump = {
  /** Takes no more events, and waits for the delivery that is under way. */
  stop: () => Promise<void>
}

/** How often the pump looks, in real milliseconds, and who hears of an event that could not be delivered. */
export type PumpOptions = { everyMs?: number; failed?: (error: unknown, event: DataZoneEvent) => void }

/**
 * Hands events of a simulator on, in real time and one after the other, as they reach the bus. An event whose
 * delivery fails is gone, as DataZone's are: delivery is best effort.
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
