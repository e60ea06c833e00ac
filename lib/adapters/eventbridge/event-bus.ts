import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge'
import { eventSource, type RunEvent } from '../../contracts/run-event.ts'
import type { EventBus, ReportRefusedEvents } from '../../ports/event-bus.ts'

/** PutEvents takes at most ten entries and 256 KiB per call (documented quota); the rest is room for the envelope. */
const maxEntries = 10
const maxBytes = 240 * 1024
const maxTries = 2

/** The time that one `put` may take, with all of its calls and retries. */
const defaultBudgetMs = 5000

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

/** Packs entries in order into calls that keep both limits. */
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

/** An entry that the bus did not accept, with the name of the error. */
interface Refused {
  readonly entry: Entry
  readonly error: string
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'UnknownError')

export interface EventBusOptions {
  readonly budgetMs?: number
  readonly report?: ReportRefusedEvents
}

const sendCall = async (
  client: EventBridgeClient,
  entries: readonly Entry[],
  abortSignal: AbortSignal,
): Promise<readonly Refused[]> => {
  try {
    const command = new PutEventsCommand({ Entries: entries.map(({ request }) => request) })
    const answer = await client.send(command, { abortSignal })
    return entries.flatMap((entry, position) => {
      const result = answer.Entries?.[position]
      return result?.EventId === undefined ? [{ entry, error: result?.ErrorCode ?? 'NoResult' }] : []
    })
  } catch (error) {
    return entries.map((entry) => ({ entry, error: nameOf(error) }))
  }
}

/** Sends entries and returns those that the bus did not accept. */
const sendAll = async (
  client: EventBridgeClient,
  entries: readonly Entry[],
  signal: AbortSignal,
): Promise<readonly Refused[]> => {
  const refused: Refused[] = []
  for (const call of packed(entries)) refused.push(...(await sendCall(client, call, signal)))
  return refused
}

/** The run bus on EventBridge. A failed call or entry is tried once more within the time budget of the batch. */
export const eventBridgeBus = (
  client: EventBridgeClient,
  busName: string,
  { budgetMs = defaultBudgetMs, report = () => {} }: EventBusOptions = {},
): EventBus => ({
  async put(events, abortAfterMs = budgetMs) {
    const signal = AbortSignal.timeout(Math.max(1, Math.floor(Math.min(budgetMs, abortAfterMs))))
    const entries = events.map((event, index) => entryOf(event, index, busName))
    let refused = await sendAll(client, entries, signal)
    for (let tries = 1; tries < maxTries && refused.length > 0 && !signal.aborted; tries += 1) {
      const again = refused.map(({ entry }) => entry)
      refused = await sendAll(client, again, signal)
    }
    for (const [error, those] of Map.groupBy(refused, (one) => one.error)) report(error, those.length)
    const indexes = new Set(refused.map(({ entry }) => entry.index))
    return events.map((_, index) => !indexes.has(index))
  },
})
