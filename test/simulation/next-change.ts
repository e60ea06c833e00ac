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

/** Long past: a sweep should act on it already. */
const overdue = Number.NEGATIVE_INFINITY

/**
 * When a record can next give a sweep something else to do than the sweeps up to `sinceMs` had, given the times at which
 * its run changes at DataZone.
 */
const nextOfRecord = (item: Item, sinceMs: number, runChangesMs: readonly number[]): number => {
  const later = (moments: readonly number[]) => Math.min(...moments.filter((atMs) => atMs > sinceMs))
  switch (item['state']) {
    case 'CLAIMED':
    case 'PARKED': {
      const workAtMs = number(item, 'workAt')
      return Number.isNaN(workAtMs) ? overdue : workAtMs
    }
    case 'IN_FLIGHT':
      return owesNoCancel(item) ? later([...momentsOf(item), ...runChangesMs]) : overdue
    case 'ENDED':
      return item['announcedAtMs'] === undefined ? overdue : Number.POSITIVE_INFINITY
    default:
      return Number.POSITIVE_INFINITY
  }
}

/** What may change a world without a write or a message: its records' ages, its runs, and the deeds of its program. */
export interface Foreseen {
  readonly items: readonly Item[]
  /** When each run, by its id, changes at DataZone. */
  readonly runChanges: () => ReadonlyMap<string, readonly number[]>
  /** When the deeds of the program are done, in order. */
  readonly deedsMs: readonly number[]
}

/** The first moment after `sinceMs` from which a sweep may do something else than before; in the past when it is overdue. */
export const nextChangeMs = ({ items, runChanges, deedsMs }: Foreseen, sinceMs: number): number => {
  const changes = items.some(({ state }) => state === 'IN_FLIGHT') ? runChanges() : undefined
  let nextMs = deedsMs.find((atMs) => atMs > sinceMs) ?? Number.POSITIVE_INFINITY
  for (const item of items)
    nextMs = Math.min(nextMs, nextOfRecord(item, sinceMs, changes?.get(text(item, 'runId') ?? '') ?? []))
  return nextMs
}
