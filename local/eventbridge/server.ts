import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { listen, readBody } from '../servers/http.ts'
import type { RulePlan } from '../template/rules.ts'
import { type BusEvent, busEvent, type EventOrigin } from './bus-event.ts'
import { type ArchivedEvent, eventArchive } from './event-archive.ts'
import { type Deliver, eventRouter } from './event-router.ts'
import { type EntryFailure, type PutEventsEntry, readEntry, readPutEvents } from './put-events.ts'

/** Makes an entry fail, by its error code; `undefined` lets it through. */
export type EntryFault = (entry: PutEventsEntry) => string | undefined

const serviceEventSchema = z.object({
  source: z.string().startsWith('aws.'),
  'detail-type': z.string(),
  detail: z.record(z.string(), z.unknown()),
  id: z.string().default(() => crypto.randomUUID()),
  time: z.string().optional(),
  resources: z.array(z.string()).default([]),
})

/** An event of an AWS service, as its simulator gives it; id and time are filled in where absent. */
export type ServiceEvent = z.input<typeof serviceEventSchema>

/** The event buses of one stack, behind the wire protocol that every AWS SDK speaks. */
export interface EventBridgeServer {
  readonly endpoint: string
  /** Puts an event on the default bus as an AWS service would; also `POST /_local/service-events`. */
  publishServiceEvent(event: ServiceEvent): BusEvent
  /** Everything that reached a bus, oldest first. */
  archive(bus: string): readonly ArchivedEvent[]
  /** The next entries of PutEvents calls fail, one by one, with InternalFailure. */
  failNext(entries: number): void
  /** Decides about every entry from now on; `undefined` ends it. */
  setFault(fault: EntryFault | undefined): void
  /** Deliveries to targets that are under way. */
  pending(): number
  close(): Promise<void>
}

/** Starts the buses on loopback: PutEvents, rules with queue targets, and an archive. */
export async function startEventBridge(options: {
  readonly buses: readonly string[]
  readonly rules: readonly RulePlan[]
  readonly origin: EventOrigin
  readonly deliver: Deliver
  readonly log: (line: string) => void
  readonly port?: number | undefined
}): Promise<EventBridgeServer> {
  const buses = new Set(['default', ...options.buses])
  const stray = options.rules.find((rule) => !buses.has(rule.bus))
  if (stray !== undefined) throw new Error(`${stray.logicalId}: there is no event bus named ${stray.bus}`)
  const archive = eventArchive()
  const router = eventRouter(options.rules, options.deliver, options.log)
  let entriesToFail = 0
  let fault: EntryFault | undefined

  const accept = (bus: string, event: BusEvent, now: Date) => {
    archive.keep(bus, event, now.getTime())
    router.route(bus, event, now)
  }
  const faultOf = (entry: PutEventsEntry): string | undefined => {
    if (entriesToFail === 0) return fault?.(entry)
    entriesToFail -= 1
    return 'InternalFailure'
  }
  const put = (entry: PutEventsEntry): EntryFailure | { readonly EventId: string } => {
    const accepted = readEntry(entry, buses)
    if ('ErrorCode' in accepted) return accepted
    const code = faultOf(entry)
    if (code !== undefined) return { ErrorCode: code, ErrorMessage: 'A fault of the local stack.' }
    const now = new Date()
    const sent = accepted.timeEpochSeconds === undefined ? now : new Date(accepted.timeEpochSeconds * 1000)
    const { source, detail, resources } = accepted
    const event = busEvent(
      { source, 'detail-type': accepted.detailType, detail, resources },
      options.origin,
      sent,
    )
    accept(accepted.bus, event, now)
    return { EventId: event.id }
  }
  const publishServiceEvent = (given: ServiceEvent) => {
    const { time, ...parsed } = serviceEventSchema.parse(given)
    const now = new Date()
    const event = busEvent({ ...parsed, ...(time !== undefined && { time }) }, options.origin, now)
    accept('default', event, now)
    return event
  }
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const body: unknown = JSON.parse((await readBody(request)).toString())
    if (request.url === '/_local/service-events') {
      const event = serviceEventSchema.safeParse(body)
      if (!event.success) return answer(response, 400, { message: z.prettifyError(event.error) })
      return answer(response, 202, { id: publishServiceEvent(event.data).id })
    }
    if (request.headers['x-amz-target'] !== 'AWSEvents.PutEvents') {
      return answer(response, 400, { __type: 'UnknownOperationException' })
    }
    const entries = readPutEvents(body)
    if ('refusal' in entries) {
      return answer(response, 400, { __type: 'ValidationException', message: entries.refusal })
    }
    const results = entries.map(put)
    const failed = results.filter((result) => 'ErrorCode' in result)
    answer(response, 200, { FailedEntryCount: failed.length, Entries: results })
  }
  const server = await listen(
    'EventBridge',
    (request, response) => {
      handle(request, response).catch(() => answer(response, 400, { __type: 'SerializationException' }))
    },
    options.port,
  )
  return {
    endpoint: server.endpoint,
    publishServiceEvent,
    archive: archive.of,
    failNext: (entries) => {
      entriesToFail = entries
    },
    setFault: (next) => {
      fault = next
    },
    pending: router.pending,
    close: async () => {
      await server.close()
      await router.settled()
    },
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
}
