import { eventSource, type RunEvent } from '../../../lib/contracts/run-event.ts'
import type { EventBus } from '../../../lib/ports/event-bus.ts'
import type { VirtualTime } from './clock.ts'
import type { Step } from './port-call.ts'

/** An event as a consumer gets it, through JSON. */
interface TakenEvent {
  readonly takenAtMs: number
  readonly detailType: string
  readonly timeMs: number
  /** JSON, as it was sent. */
  readonly detail: string
}

/** The bus that all simulated processes share. */
export interface SimulatedBus {
  busFor(step: Step): EventBus
  /** Returns every event that the bus accepted, in order, repeats included. */
  events(): readonly TakenEvent[]
}

/** How long one `put` may take, as in the adapter. */
const budgetMs = 5000

/** Documented limits of a call. */
const maxEntries = 10
const maxBytes = 256 * 1024

interface Entry {
  readonly event: RunEvent
  readonly detail: string
  readonly bytes: number
}

const entryOf = (event: RunEvent): Entry => {
  const detail = JSON.stringify(event.detail)
  return { event, detail, bytes: Buffer.byteLength(detail + event.detailType + eventSource) + 14 }
}

const callsOf = (entries: readonly Entry[]): Entry[][] => {
  const calls: Entry[][] = []
  let [count, bytes] = [maxEntries, 0]
  for (const entry of entries) {
    if (count === maxEntries || bytes + entry.bytes > maxBytes) {
      calls.push([])
      ;[count, bytes] = [0, 0]
    }
    calls.at(-1)?.push(entry)
    count += 1
    bytes += entry.bytes
  }
  return calls
}

/** Creates a bus in memory. `entryFails` decides for each entry whether the bus refuses it (default: never). */
export const simulatedBus = (options: {
  readonly time: VirtualTime
  readonly entryFails?: (event: RunEvent) => boolean
}): SimulatedBus => {
  const { time, entryFails = () => false } = options
  const taken: TakenEvent[] = []

  const take = ({ event, detail, bytes }: Entry): boolean => {
    if (bytes > maxBytes || entryFails(event)) return false
    taken.push({ takenAtMs: time.now(), detailType: event.detailType, timeMs: event.timeMs, detail })
    return true
  }

  return {
    events: () => taken,
    busFor: (step) => ({
      async put(events, abortAfterMs = budgetMs) {
        const answers: boolean[] = []
        for (const call of callsOf(events.map(entryOf))) {
          const answer = await step({
            name: 'bus.put',
            about: call.map(({ event }) => event.detail.metadata.id).join(' '),
            resends: true,
            unreachable: () => call.map(() => false),
            giveUpAfterMs: Math.max(1, Math.floor(Math.min(budgetMs, abortAfterMs))),
            effect: () => call.map(take),
          })
          answers.push(...answer)
        }
        return answers
      },
    }),
  }
}
