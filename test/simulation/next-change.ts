import { inner, number, text } from './check/items.ts'
import type { Item } from './ports/stored-item.ts'

const minute = 60_000

/** Delays after which the age of a record in flight may decide something: a 404 counts, a run is lost, or given up. */
const agesMs = [5 * minute, 10 * minute, 24 * 60 * minute]
const deployedDeadlineMs = 30 * minute

const momentsOf = (item: Item): readonly number[] => {
  const deadlineMs = number(inner(item, 'policy'), 'deadlineMs')
  const sinceMs = [
    number(item, 'startedAtMs'),
    number(item, 'notFoundSinceMs'),
    number(item, 'unansweredSinceMs'),
    number(inner(item, 'cancel'), 'sentAtMs'),
  ]
  return sinceMs
    .filter(Number.isFinite)
    .flatMap((atMs) => [...agesMs, deployedDeadlineMs, deadlineMs].map((ageMs) => atMs + ageMs))
}

const owesNoCancel = (item: Item): boolean => {
  const cancel = inner(item, 'cancel')
  return text(cancel, 'requestId') === undefined || Number.isFinite(number(cancel, 'sentAtMs'))
}

/**
 * When a record can next give a sweep something else to do than the sweep before had, given the times at which its run
 * changes at DataZone; now, when a sweep should act on it already.
 */
const nextOfRecord = (item: Item, nowMs: number, runChangesMs: readonly number[]): number => {
  const later = (moments: readonly number[]) => Math.min(...moments.filter((atMs) => atMs > nowMs))
  switch (item['state']) {
    case 'CLAIMED':
    case 'PARKED': {
      const workAtMs = number(item, 'workAt')
      return workAtMs > nowMs ? workAtMs : nowMs
    }
    case 'IN_FLIGHT':
      return owesNoCancel(item) ? later([...momentsOf(item), ...runChangesMs]) : nowMs
    case 'ENDED':
      return item['announcedAtMs'] === undefined ? nowMs : Number.POSITIVE_INFINITY
    default:
      return Number.POSITIVE_INFINITY
  }
}

/** What may change a world without anyone acting: its records, and the moments that are known ahead. */
export interface Foreseen {
  readonly items: readonly Item[]
  /** When each run, by its id, changes at DataZone. */
  readonly runChanges: () => ReadonlyMap<string, readonly number[]>
  /** Deeds, messages that become visible, events on their way. */
  readonly momentsMs: readonly (number | undefined)[]
}

/** Until when every sweep does what the one before it did, as far as the world can tell; now, when it cannot. */
export const nextChangeMs = ({ items, runChanges, momentsMs }: Foreseen, nowMs: number): number => {
  const changes = items.some(({ state }) => state === 'IN_FLIGHT') ? runChanges() : undefined
  let nextMs = Number.POSITIVE_INFINITY
  for (const atMs of momentsMs) if (atMs !== undefined && atMs > nowMs) nextMs = Math.min(nextMs, atMs)
  for (const item of items) {
    nextMs = Math.min(nextMs, nextOfRecord(item, nowMs, changes?.get(text(item, 'runId') ?? '') ?? []))
    if (nextMs <= nowMs) return nowMs
  }
  return nextMs
}
