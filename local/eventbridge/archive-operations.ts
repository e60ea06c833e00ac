import { z } from 'zod'
import { present } from '../../lib/run/present.ts'
import { busNameOf, type EventOrigin, eventsArn } from './arn.ts'
import { parseInput, ServiceError } from './aws-json.ts'
import type { BusEvent } from './bus-event.ts'
import type { EventArchive } from './event-archive.ts'
import { compilePattern } from './event-pattern.ts'
import { type Rule, type RuleBook, requireBus } from './rule-book.ts'
import { patternOf } from './rule-operations.ts'

const name = z
  .string()
  .regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, hyphens or underscores')
const createArchive = z.looseObject({
  ArchiveName: name,
  EventSourceArn: z.string(),
  EventPattern: z.string().optional(),
  Description: z.string().optional(),
  RetentionDays: z.int().min(0).optional(),
})
const startReplay = z.looseObject({
  ReplayName: name,
  EventSourceArn: z.string(),
  EventStartTime: z.number(),
  EventEndTime: z.number(),
  Destination: z.looseObject({ Arn: z.string(), FilterArns: z.array(z.string()).default([]) }),
})

/** An archive: a view of the events of a bus, all of which the local stack keeps. */
export interface Archive {
  readonly input: z.infer<typeof createArchive>
  readonly bus: string
  readonly createdAtMs: number
}

interface Replay {
  readonly input: z.infer<typeof startReplay>
  readonly startedAtMs: number
  readonly endedAtMs: number
}

/** The state on which the operations on archives and replays act. */
export interface ArchiveContext {
  readonly buses: ReadonlySet<string>
  readonly origin: EventOrigin
  readonly events: EventArchive
  readonly rules: RuleBook
  readonly archives: Map<string, Archive>
  /** Is called after an archive was created or deleted. */
  readonly onChange: () => void
  /** Sends an event to the targets of some rules. */
  readonly route: (rules: readonly Rule[], event: BusEvent, now: Date) => void
}

/**
 * Returns the operations on archives and replays. An archive also holds the events from before its creation, because the
 * local stack keeps every event. A replay selects events by the time at which they reached the bus.
 */
export function archiveOperations(context: ArchiveContext) {
  const replays = new Map<string, Replay>()
  return {
    CreateArchive: (input: unknown) => createArchiveOf(context, parseInput(createArchive, input)),
    DescribeArchive: (input: unknown) => {
      const { ArchiveName } = parseInput(createArchive.pick({ ArchiveName: true }), input)
      const archive = archiveOf(context, ArchiveName)
      return { ...describedArchive(context, archive), EventCount: eventsOf(context, archive).length }
    },
    DeleteArchive: (input: unknown) => {
      const { ArchiveName } = parseInput(createArchive.pick({ ArchiveName: true }), input)
      archiveOf(context, ArchiveName)
      context.archives.delete(ArchiveName)
      context.onChange()
      return {}
    },
    StartReplay: (input: unknown) => {
      const parsed = parseInput(startReplay, input)
      const { ReplayName } = parsed
      if (replays.has(ReplayName))
        throw new ServiceError('ResourceAlreadyExistsException', `Replay ${ReplayName} already exists.`)
      const startedAtMs = Date.now()
      replay(context, parsed)
      replays.set(ReplayName, { input: parsed, startedAtMs, endedAtMs: Date.now() })
      const ReplayArn = eventsArn(context.origin, `replay/${ReplayName}`)
      return { ReplayArn, State: 'STARTING', ReplayStartTime: startedAtMs / 1000 }
    },
    DescribeReplay: (input: unknown) => {
      const { ReplayName } = parseInput(startReplay.pick({ ReplayName: true }), input)
      const found = replays.get(ReplayName)
      if (found === undefined)
        throw new ServiceError('ResourceNotFoundException', `Replay ${ReplayName} does not exist.`)
      return describedReplay(context.origin, found)
    },
  }
}

function createArchiveOf(context: ArchiveContext, input: z.infer<typeof createArchive>) {
  const { archives, buses } = context
  if (archives.has(input.ArchiveName))
    throw new ServiceError('ResourceAlreadyExistsException', `Archive ${input.ArchiveName} already exists.`)
  const bus = busNameOf(input.EventSourceArn)
  requireBus(buses, bus)
  if (input.EventPattern !== undefined) patternOf(input.EventPattern)
  const archive = { input, bus, createdAtMs: Date.now() }
  archives.set(input.ArchiveName, archive)
  context.onChange()
  const { ArchiveArn, State, CreationTime } = describedArchive(context, archive)
  return { ArchiveArn, State, CreationTime }
}

function archiveOf({ archives }: ArchiveContext, archiveName: string): Archive {
  const found = archives.get(archiveName)
  if (found !== undefined) return found
  throw new ServiceError(
    'ResourceNotFoundException',
    `Archive ${archiveName} does not exist: create it with CreateArchive first.`,
  )
}

function describedArchive({ origin }: ArchiveContext, { input, createdAtMs }: Archive) {
  const { ArchiveName, EventSourceArn, EventPattern, Description, RetentionDays = 0 } = input
  return {
    ArchiveArn: eventsArn(origin, `archive/${ArchiveName}`),
    ArchiveName,
    EventSourceArn,
    ...present({ EventPattern, Description }),
    RetentionDays,
    State: 'ENABLED',
    CreationTime: createdAtMs / 1000,
  }
}

function eventsOf({ events }: ArchiveContext, { input, bus }: Archive) {
  const { EventPattern } = input
  const matches = EventPattern === undefined ? () => true : compilePattern(patternOf(EventPattern))
  return events.of(bus).filter(({ event }) => matches(event))
}

/** Sends the archived events of a time range to the rules of the archive's bus again. */
function replay(context: ArchiveContext, input: z.infer<typeof startReplay>): void {
  const archive = archiveOf(context, input.EventSourceArn.replace(/^arn:.*:archive\//, ''))
  const { Arn, FilterArns } = input.Destination
  if (busNameOf(Arn) !== archive.bus)
    throw new ServiceError(
      'ValidationException',
      `Destination.Arn: must be the bus of the archive, ${archive.bus}`,
    )
  if (input.EventEndTime <= input.EventStartTime)
    throw new ServiceError('ValidationException', 'EventEndTime: must be later than EventStartTime')
  const [fromMs, toMs] = [input.EventStartTime * 1000, input.EventEndTime * 1000]
  const now = new Date()
  for (const { event, arrivedAtMs } of eventsOf(context, archive)) {
    if (arrivedAtMs < fromMs || arrivedAtMs >= toMs) continue
    const again = { ...event, 'replay-name': input.ReplayName }
    const rules = context.rules
      .matching(archive.bus, again)
      .filter(({ arn }) => FilterArns.length === 0 || FilterArns.includes(arn))
    context.route(rules, again, now)
  }
}

function describedReplay(origin: EventOrigin, { input, startedAtMs, endedAtMs }: Replay) {
  const { ReplayName, EventSourceArn, Destination, EventStartTime, EventEndTime } = input
  return {
    ReplayName,
    ReplayArn: eventsArn(origin, `replay/${ReplayName}`),
    State: 'COMPLETED',
    EventSourceArn,
    Destination,
    EventStartTime,
    EventEndTime,
    ReplayStartTime: startedAtMs / 1000,
    ReplayEndTime: endedAtMs / 1000,
  }
}
