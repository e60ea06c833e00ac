import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { parseInput, ServiceError } from './aws-json.ts'
import type { ArchivedEvent, EventArchive } from './event-archive.ts'

const query = z.strictObject({
  bus: z.string().optional(),
  since: z
    .string()
    .refine((text) => /^\d+$/.test(text) || !Number.isNaN(Date.parse(text)), {
      error: 'must be an ISO 8601 time, or `next` from an earlier answer',
    })
    .optional(),
})

/** The events and bus names that `GET /_local/events` reads. */
export interface LocalEvents {
  readonly events: EventArchive
  /** The physical name of a bus by each name that a caller may use. */
  readonly busNames: Readonly<Record<string, string>>
}

/**
 * Answers `GET /_local/events?bus=&since=` with the events of one bus or of all buses, oldest first. With
 * `accept: text/event-stream` it sends server-sent events, and continues with new events as they arrive.
 */
export function answerEvents(
  { events, busNames }: LocalEvents,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { bus, since } = parseInput(query, Object.fromEntries(url.searchParams))
  const name = bus === undefined ? undefined : busNames[bus]
  if (bus !== undefined && name === undefined) {
    const known = [...new Set(Object.keys(busNames))].join(', ')
    throw new ServiceError('ResourceNotFoundException', `bus: there is no bus ${bus}; use one of ${known}`)
  }
  const resumeFrom = request.headers['last-event-id'] ?? since
  const isWanted = (archived: ArchivedEvent) =>
    (name === undefined || archived.bus === name) && isSince(archived, String(resumeFrom ?? '0'))
  const found = (name === undefined ? events.all() : events.of(name)).filter(isWanted)
  if (request.headers.accept?.includes('text/event-stream') !== true) {
    const last = found.at(-1)
    const next = last === undefined ? String(resumeFrom ?? 0) : String(last.sequence)
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ events: found.map(listed), next }))
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  response.flushHeaders()
  const send = (archived: ArchivedEvent) => {
    if (isWanted(archived)) response.write(serverSent(archived))
  }
  for (const archived of found) send(archived)
  response.on('close', events.listen(send))
}

function isSince({ sequence, arrivedAtMs }: ArchivedEvent, since: string): boolean {
  return /^\d+$/.test(since) ? sequence > Number(since) : arrivedAtMs >= Date.parse(since)
}

function listed({ bus, arrivedAtMs, event }: ArchivedEvent) {
  return { bus, arrivedAt: new Date(arrivedAtMs).toISOString(), event }
}

function serverSent(archived: ArchivedEvent): string {
  return `id: ${archived.sequence}\ndata: ${JSON.stringify(listed(archived))}\n\n`
}
