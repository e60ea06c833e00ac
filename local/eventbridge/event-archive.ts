import type { BusEvent } from './bus-event.ts'

/** An event and the time at which it reached its bus. */
export interface ArchivedEvent {
  readonly event: BusEvent
  readonly arrivedAtMs: number
}

/** Keeps the events of every bus, oldest first. */
export interface EventArchive {
  keep(bus: string, event: BusEvent, arrivedAtMs: number): void
  of(bus: string): readonly ArchivedEvent[]
}

/** Bounds the memory of a stack that runs for days: a bus keeps at least its newest 90,000 events. */
const maximumEvents = 100_000

/** Creates an empty archive. */
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
