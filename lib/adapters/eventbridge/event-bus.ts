import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge'
import { eventSource, type RunEvent } from '../../contracts/run-event.ts'
import type { EventBus } from '../../ports/event-bus.ts'

/** PutEvents takes at most ten entries and 256 KiB a call (documented quota); the rest is room for the envelope. */
const maxEntries = 10
const maxBytes = 240 * 1024
const tries = 2

interface Entry {
  readonly index: number
  readonly bytes: number
  readonly request: PutEventsRequestEntry
}

const entryOf = (event: RunEvent, index: number, busName: string): Entry => {
  const detail = JSON.stringify(event.detail)
  return {
    index,
    bytes: Buffer.byteLength(detail) + Buffer.byteLength(event.detailType) + eventSource.length + 14,
    request: {
      EventBusName: busName,
      Source: eventSource,
      DetailType: event.detailType,
      Time: new Date(event.timeMs),
      Detail: detail,
    },
  }
}

/** Fills calls in order, each within both limits. */
const packed = (entries: readonly Entry[]): readonly Entry[][] => {
  const calls: Entry[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const entry of entries) {
    const last = calls.at(-1)
    if (last === undefined || last.length >= maxEntries || bytes + entry.bytes > maxBytes) {
      calls.push([entry])
      bytes = entry.bytes
    } else {
      last.push(entry)
      bytes += entry.bytes
    }
  }
  return calls
}

/** The run bus on EventBridge. An entry that fails, or a call, is tried once more; what then fails was not taken. */
export const eventBridgeBus = (client: EventBridgeClient, busName: string): EventBus => {
  const send = async (entries: readonly Entry[]): Promise<readonly Entry[]> => {
    try {
      const answer = await client.send(
        new PutEventsCommand({ Entries: entries.map((entry) => entry.request) }),
      )
      return entries.filter((_, position) => answer.Entries?.[position]?.EventId === undefined)
    } catch {
      return entries
    }
  }

  return {
    async put(events) {
      const taken = events.map(() => true)
      let left: readonly Entry[] = events.map((event, index) => entryOf(event, index, busName))
      for (let turn = 0; turn < tries && left.length > 0; turn += 1) {
        const failed: Entry[] = []
        for (const call of packed(left)) failed.push(...(await send(call)))
        left = failed
      }
      for (const entry of left) taken[entry.index] = false
      return taken
    },
  }
}
