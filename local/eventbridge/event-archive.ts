import type { BusEvent } from './bus-event.ts'

/** An event and the time at which it reached its bus. */
export interface ArchivedEvent {
  /** Counts the events of all buses from 1, in the order of arrival. */
  readonly sequence: number
  readonly bus: string
  readonly event: BusEvent
  readonly arrivedAtMs: number
}

/** Keeps the events of every bus, oldest first. */
export interface EventArchive {
  /** Adds an event, calls the listeners, and returns the archived event. */
  keep(bus: string, event: BusEvent, arrivedAtMs: number): ArchivedEvent
  /** Returns the events of a bus. */
  of(bus: string): readonly ArchivedEvent[]
  /** Returns the events of all buses, in the order of arrival. */
  all(): readonly ArchivedEvent[]
  /** Returns the sequence of the newest event; undefined when there is none. */
  last(): number | undefined
  /** Calls the listener with each event from now on. Returns a function that stops it. */
  listen(listener: (archived: ArchivedEvent) => void): () => void
}

/** Bounds the memory of a stack that runs for days. A bus keeps at least its newest 90,000 events. */
const maximumEvents = 100_000

/** Creates an archive that begins with the events of earlier starts of the stack. */
export function eventArchive(earlier: readonly ArchivedEvent[] = []): EventArchive {
  const kept = new Map<string, ArchivedEvent[]>()
  const listeners = new Set<(archived: ArchivedEvent) => void>()
  let sequence = 0

  const add = (archived: ArchivedEvent) => {
    const events = kept.get(archived.bus) ?? []
    kept.set(archived.bus, events)
    events.push(archived)
    if (events.length > maximumEvents) events.splice(0, maximumEvents / 10)
    sequence = archived.sequence
  }
  for (const archived of earlier) add(archived)
  return {
    keep: (bus, event, arrivedAtMs) => {
      const archived = { sequence: sequence + 1, bus, event, arrivedAtMs }
      add(archived)
      for (const listener of listeners) listener(archived)
      return archived
    },
    of: (bus) => [...(kept.get(bus) ?? [])],
    all: () => [...kept.values()].flat().toSorted((left, right) => left.sequence - right.sequence),
    last: () => (sequence === 0 ? undefined : sequence),
    listen: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
