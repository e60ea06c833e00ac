import type { BusEvent } from './bus-event.ts'

/** An event and when it reached its bus. */
export interface ArchivedEvent {
  readonly event: BusEvent
  readonly arrivedAtMs: number
}

/** Keeps what every bus was sent, oldest first, for whoever asks what happened. */
export interface EventArchive {
  keep(bus: string, event: BusEvent, arrivedAtMs: number): void
  of(bus: string): readonly ArchivedEvent[]
}

/** A stack that runs for days must not fill memory: a bus keeps at least the newest 90,000 events. */
const maximumEvents = 100_000

/** Starts with nothing. */
export function eventArchive(): EventArchive {
  const kept = new Map<string, ArchivedEvent[]>()
  return {
    keep: (bus, event, arrivedAtMs) => {
      const events = kept.get(bus) ?? []
      kept.set(bus, events)
      events.push({ event, arrivedAtMs })
      if (events.length > maximumEvents) events.splice(0, maximumEvents / 10)
    },
    of: (bus) => [...(kept.get(bus) ?? [])],
  }
}
