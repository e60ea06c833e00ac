import type { Settings } from '../input/settings.ts'
import { accountId, region } from './account.ts'
import { createDueQueue, type Due } from './due-queue.ts'
import { draw, drawUuid, isHit, type Seed } from './random.ts'
import { type EventBody, eventBodiesOf, type Occurrence, occurrenceKey } from './service-events.ts'

/** An event of `aws.datazone`, with its EventBridge envelope. */
export type DataZoneEvent = Readonly<{
  version: '0'
  id: string
  'detail-type': string
  source: 'aws.datazone'
  account: string
  /** The time of the occurrence, to the second. */
  time: string
  region: string
  resources: readonly string[]
  detail: Readonly<{
    version: string
    metadata: Readonly<Record<string, unknown>>
    data: Readonly<Record<string, unknown>>
  }>
}>

/** An event, and when it reaches the bus in epoch milliseconds. */
export type DueEvent = Readonly<{ dueAtMs: number; event: DataZoneEvent }>

/** Events that have not reached the bus, and occurrences whose events are not made yet. */
type PendingEvents = Readonly<{
  occurrences: readonly Due<Occurrence>[]
  events: readonly DueEvent[]
}>

/** Future occurrences, and the events that have not reached the bus. */
export type Outbox = {
  /** Adds an occurrence at a time, or never (Infinity). It makes no event if it does not hold any longer by then. */
  add: (atMs: number, occurrence: Occurrence) => void
  /** Makes the events of the occurrences up to now, with the current settings. */
  settle: (nowMs: number) => void
  /** Removes and returns the events that have reached the bus by now, in the order of arrival. */
  take: (nowMs: number) => DueEvent[]
  pending: () => PendingEvents
  restore: (pending: PendingEvents) => void
  /** Returns when the next event arrives at the earliest, in epoch milliseconds; undefined when none is pending. */
  nextMs: () => number | undefined
}

const envelope = (seed: Seed, key: readonly string[], atMs: number, body: EventBody): DataZoneEvent => ({
  version: '0',
  id: drawUuid(seed, 'event', key),
  'detail-type': body.detailType,
  source: 'aws.datazone',
  account: accountId,
  time: new Date(atMs).toISOString().replace(/\.\d+Z$/, 'Z'),
  region,
  resources: [],
  detail: { version: '1', metadata: { ...body.metadata, awsAccountId: accountId }, data: body.data },
})

/** Returns how many milliseconds after the occurrence each copy of an event arrives; a lost event has no copy. */
const delaysOf = (seed: Seed, id: string, settings: Settings): number[] => {
  const hits = (what: string, share: number, copy = 0): boolean => isHit(share, seed, what, id, copy)
  if (hits('event lost', settings.eventLostShare)) return []
  const copies = hits('event duplicate', settings.eventDuplicateShare) ? [0, 1] : [0]
  return copies.map((copy) => {
    const late = hits('event late', settings.eventLateShare, copy) ? settings.eventLateMs : 0
    const isHeldBack = copy > 0 || hits('event reordered', settings.eventReorderedShare)
    const heldMs = isHeldBack ? Math.round(settings.eventReorderMs * draw(seed, 'event held', id, copy)) : 0
    return settings.eventDelayMs + late + heldMs
  })
}

/** Creates an empty outbox. Equal seeds and equal occurrences make equal events, however often events are taken. */
export const createOutbox = (seed: Seed, settings: () => Settings): Outbox => {
  const occurrences = createDueQueue<Occurrence>()
  const onTheirWay = createDueQueue<DataZoneEvent>()

  const settle = (nowMs: number): void => {
    for (let due = occurrences.takeDue(nowMs); due !== undefined; due = occurrences.takeDue(nowMs)) {
      const { dueAtMs: atMs, item: occurrence } = due
      for (const body of eventBodiesOf(occurrence, atMs, settings())) {
        const event = envelope(seed, [body.detailType, ...occurrenceKey(occurrence)], atMs, body)
        for (const delayMs of delaysOf(seed, event.id, settings())) onTheirWay.add(atMs + delayMs, event)
      }
    }
  }
  return {
    add: (atMs, occurrence) => {
      if (Number.isFinite(atMs)) occurrences.add(atMs, occurrence)
    },
    settle,
    take: (nowMs) => {
      settle(nowMs)
      const taken: DueEvent[] = []
      for (let due = onTheirWay.takeDue(nowMs); due !== undefined; due = onTheirWay.takeDue(nowMs))
        taken.push({ dueAtMs: due.dueAtMs, event: due.item })
      return taken
    },
    pending: () => ({
      occurrences: occurrences.waiting(),
      events: onTheirWay.waiting().map(({ dueAtMs, item }) => ({ dueAtMs, event: item })),
    }),
    restore: (pending) => {
      for (const { dueAtMs, item } of pending.occurrences) occurrences.add(dueAtMs, item)
      for (const { dueAtMs, event } of pending.events) onTheirWay.add(dueAtMs, event)
    },
    nextMs: () => {
      const occursMs = occurrences.nextMs() ?? Number.POSITIVE_INFINITY
      const arrivesMs = onTheirWay.nextMs() ?? Number.POSITIVE_INFINITY
      const nextMs = Math.min(arrivesMs, occursMs + settings().eventDelayMs)
      return Number.isFinite(nextMs) ? nextMs : undefined
    },
  }
}
