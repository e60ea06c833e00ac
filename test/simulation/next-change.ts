import { inner, number, text } from './check/items.ts'
import type { Item } from './ports/stored-item.ts'

const minute = 60_000

/** Ages at which a sweep may decide anew about a record in flight: a 404 counts, or the run is LOST or given up. */
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

/** In the past: a sweep has work already. */
const overdue = Number.NEGATIVE_INFINITY

/**
 * Returns when a record next gives a sweep other work than the sweeps up to `sinceMs` had, given the times at which its run
 * changes at DataZone.
 */
const nextOfRecord = (item: Item, sinceMs: number, runChangesMs: readonly number[]): number => {
  const later = (moments: readonly number[]) => Math.min(...moments.filter((atMs) => atMs > sinceMs))
  switch (item['state']) {
    case 'CLAIMED':
    case 'PARKED': {
      const workAtMs = number(item, 'workAt')
      return Number.isNaN(workAtMs) ? overdue : workAtMs
    }
    case 'IN_FLIGHT': {
      // A run may have ended before its record was written: no sweep could look at it until then.
      const writtenMs = number(item, 'updatedAt')
      const changesMs = runChangesMs.map((atMs) => Math.max(atMs, writtenMs))
      return owesNoCancel(item) ? later([...momentsOf(item), ...changesMs]) : overdue
    }
    case 'ENDED':
      return item['announcedAtMs'] === undefined ? overdue : Number.POSITIVE_INFINITY
    default:
      return Number.POSITIVE_INFINITY
  }
}

/** What changes a world without a write or a message: the ages of its records, its runs, and the actions of its program. */
export interface Foreseen {
  readonly items: readonly Item[]
  /** When each run, by its id, changes at DataZone. */
  readonly runChanges: () => ReadonlyMap<string, readonly number[]>
  /** The times of the actions of the program, in order. */
  readonly actionsMs: readonly number[]
}

/** Returns the first time after `sinceMs` at which a sweep may have other work; a time in the past if work is overdue. */
export const nextChangeMs = ({ items, runChanges, actionsMs }: Foreseen, sinceMs: number): number => {
  const changes = items.some(({ state }) => state === 'IN_FLIGHT') ? runChanges() : undefined
  let nextMs = actionsMs.find((atMs) => atMs > sinceMs) ?? Number.POSITIVE_INFINITY
  for (const item of items)
    nextMs = Math.min(nextMs, nextOfRecord(item, sinceMs, changes?.get(text(item, 'runId') ?? '') ?? []))
  return nextMs
}
