import type { IncomingMessage, ServerResponse } from 'node:http'
import { listen, readBody } from '../servers/http.ts'
import type { OnServiceMetric } from '../service-metric.ts'
import type { RulePlan } from '../template/rules.ts'
import { type Archive, archiveOperations } from './archive-operations.ts'
import type { EventOrigin } from './arn.ts'
import { answerError, answerJson, parseInput, ServiceError } from './aws-json.ts'
import type { BusEvent } from './bus-event.ts'
import { busOperations } from './bus-operations.ts'
import type { BusStorage } from './bus-storage.ts'
import { type ArchivedEvent, type EventArchive, eventArchive } from './event-archive.ts'
import { type Deliver, type EventRouter, eventRouter } from './event-router.ts'
import { answerEvents, type LocalEvents } from './local-events.ts'
import { type EntryFault, putEventsOperation } from './put-events-operation.ts'
import { type RuleBook, ruleBook } from './rule-book.ts'
import { ruleOperations } from './rule-operations.ts'
import { type ServiceEvent, serviceBusEvent, serviceEventSchema } from './service-event.ts'
import { targetOperations } from './target-operations.ts'

/** The event buses of a stack, behind the wire protocol of EventBridge. */
export interface EventBridgeServer {
  readonly endpoint: string
  /** Puts an event on the default bus, as an AWS service does. `POST /_local/service-events` does the same. */
  publishServiceEvent(event: ServiceEvent): BusEvent
  /** Puts an event on a bus, as a rule whose target is a bus does. */
  forward(bus: string, event: BusEvent): void
  /** Returns the events that reached a bus, oldest first. */
  archive(bus: string): readonly ArchivedEvent[]
  /** Calls the listener with each event that reaches a bus from now on. Returns a function that stops it. */
  onEvent(listener: (archived: ArchivedEvent) => void): () => void
  /** Makes this many of the next PutEvents entries fail with InternalFailure. */
  failNext(entries: number): void
  /** Sets the function that decides which entries fail; undefined removes it. */
  setFault(fault: EntryFault | undefined): void
  /** Returns the number of deliveries to targets in progress. */
  pending(): number
  close(): Promise<void>
}

export interface EventBridgeOptions {
  /** Physical names of the buses by logical id; the default bus always exists. */
  readonly buses: Readonly<Record<string, string>>
  readonly rules: readonly RulePlan[]
  readonly origin: EventOrigin
  readonly deliver: Deliver
  /** Returns the deliveries to targets that the stack does not run, for `GET /_local/recorded-deliveries`. */
  readonly recorded?: () => readonly object[]
  readonly log: (line: string) => void
  /** Receives the metrics of rules. */
  readonly onMetric?: OnServiceMetric | undefined
  /** Keeps the state of the buses when the stack stops. Default: the buses start empty. */
  readonly storage?: BusStorage | undefined
  readonly port?: number | undefined
  readonly host?: string | undefined
}

/** Starts the buses: PutEvents, rules and their targets, archives and replays. */
export async function startEventBridge(options: EventBridgeOptions): Promise<EventBridgeServer> {
  const router = eventRouter(options.deliver, options.log, options.onMetric)
  const core = eventBridgeCore(options, router)
  const server = await listen('EventBridge', requestListener(core), options)
  return {
    endpoint: server.endpoint,
    publishServiceEvent: core.publishServiceEvent,
    forward: (bus, event) => core.accept(bus, event, new Date()),
    archive: core.events.of,
    onEvent: core.events.listen,
    failNext: core.failNext,
    setFault: core.setFault,
    pending: router.pending,
    close: async () => {
      await server.close()
      await router.settled()
    },
  }
}

type Operation = (input: unknown) => object

interface EventBridgeCore extends LocalEvents {
  readonly operations: ReadonlyMap<string, Operation>
  readonly accept: (bus: string, event: BusEvent, now: Date) => void
  readonly publishServiceEvent: (event: ServiceEvent) => BusEvent
  readonly failNext: (entries: number) => void
  readonly setFault: (fault: EntryFault | undefined) => void
  readonly recorded: () => readonly object[]
}

/** Creates the buses, their rules, their events and the operations on them. */
function eventBridgeCore(options: EventBridgeOptions, router: EventRouter): EventBridgeCore {
  const { origin } = options
  const buses = new Set(['default', ...Object.values(options.buses)])
  const archives = new Map<string, Archive>()
  let isResumed = false
  const onChange = () => {
    if (!isResumed) return
    options.storage?.keepDefinitions({
      rules: rules.own(),
      removedRules: rules.removed(),
      archives: [...archives.values()],
    })
  }
  const rules = ruleBook(options.rules, buses, onChange)
  const events = eventArchive(options.storage?.events)
  const accept = (bus: string, event: BusEvent, now: Date) => {
    const archived = events.keep(bus, event, now.getTime())
    options.storage?.keepEvent(archived)
    router.route(rules.matching(bus, event), event, now)
  }
  const { PutEvents, failNext, setFault } = putEventsOperation({ buses, origin, accept })
  const operations: Readonly<Record<string, Operation>> = {
    PutEvents,
    ...ruleOperations(rules, origin),
    ...targetOperations(rules),
    ...busOperations(buses, origin),
    ...archiveOperations({ buses, origin, events, rules, archives, onChange, route: router.route }),
  }
  if (options.storage !== undefined) resume(options.storage, { rules, archives, router, events })
  isResumed = true
  const ownNames = Object.fromEntries([...buses].map((name) => [name, name]))
  return {
    events,
    busNames: { ...ownNames, ...options.buses },
    operations: new Map(Object.entries(operations)),
    accept,
    failNext,
    setFault,
    recorded: options.recorded ?? (() => []),
    publishServiceEvent: (given) => {
      const now = new Date()
      const event = serviceBusEvent(given, origin, now)
      accept('default', event, now)
      return event
    },
  }
}

/** Restores the rules and archives of an earlier start, and routes the events that may not have reached every target. */
function resume(
  storage: BusStorage,
  {
    rules,
    archives,
    router,
    events,
  }: { rules: RuleBook; archives: Map<string, Archive>; router: EventRouter; events: EventArchive },
): void {
  for (const archive of storage.archives) archives.set(archive.input.ArchiveName, archive)
  for (const { bus, name } of storage.removedRules) rules.remove(bus, name)
  for (const rule of storage.rules) rules.put(rule)
  router.onIdle(() => {
    const last = events.last()
    if (last !== undefined) storage.keepSettled(last)
  })
  for (const { bus, event, arrivedAtMs } of storage.unsettled)
    router.route(rules.matching(bus, event), event, new Date(arrivedAtMs))
}

function requestListener(core: EventBridgeCore) {
  return (request: IncomingMessage, response: ServerResponse) => {
    handle(core, request, response).catch((error: unknown) => answerError(response, error))
  }
}

async function handle(
  core: EventBridgeCore,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://local')
  switch (`${request.method} ${url.pathname}`) {
    case 'GET /_local/health':
      return answerJson(response, 200, { service: 'eventbridge', status: 'ok' })
    case 'GET /_local/events':
      return answerEvents(core, url, request, response)
    case 'GET /_local/recorded-deliveries':
      return answerJson(response, 200, { deliveries: core.recorded() })
    case 'POST /_local/service-events': {
      const event = parseInput(serviceEventSchema, await jsonBody(request))
      return answerJson(response, 202, { id: core.publishServiceEvent(event).id })
    }
    default:
      return answerOperation(core, request, response)
  }
}

async function answerOperation(
  { operations }: EventBridgeCore,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = String(request.headers['x-amz-target'] ?? '')
  const name = target.replace(/^AWSEvents\./, '')
  const operation = operations.get(name)
  if (operation === undefined)
    throw new ServiceError(
      'UnknownOperationException',
      `The local EventBridge does not support ${name || `${request.method} ${request.url}`}. It supports ${[...operations.keys()].toSorted().join(', ')}.`,
    )
  answerJson(response, 200, operation(await jsonBody(request)))
}

async function jsonBody(request: IncomingMessage): Promise<unknown> {
  const body = (await readBody(request)).toString()
  try {
    return JSON.parse(body === '' ? '{}' : body)
  } catch {
    throw new ServiceError('SerializationException', 'The request body is not JSON.')
  }
}
