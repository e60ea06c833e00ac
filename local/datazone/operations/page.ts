import { draw } from '../world/random.ts'
import { countBelow, type IndexedRun, type ListOrder } from '../world/run-index.ts'
import type { World } from '../world/world.ts'
import { type PagePlace, readPageToken, writePageToken } from './page-token.ts'

/** What a List is asked for. */
type PageQuery<R> = Readonly<{
  /** What a page token is sealed with: the operation and its filters. */
  key: readonly unknown[]
  /** All there is, by ascending place. */
  runs: (order: ListOrder) => readonly R[]
  isShown: (run: R) => boolean
  nextToken: string | undefined
  maxResults: number | undefined
}>

/** Assumption: the documentation names no default; 50 is the documented most. */
const defaultMaxResults = 50

/** From where in the runs a page is gathered, going down, and how many shown runs it passes over first. */
const startOf = <R extends IndexedRun>(runs: readonly R[], place: PagePlace | undefined) => {
  if (place === undefined) return { at: runs.length, passOver: 0 }
  return place.kind === 'offset'
    ? { at: runs.length, passOver: place.after }
    : { at: countBelow(runs, place.order, place.after), passOver: 0 }
}

const jumbled = <R extends IndexedRun>(world: World, page: readonly R[]): readonly R[] => {
  const ids = page.map(({ id }) => id)
  if (draw(world.seed, 'jumbled', ids) >= world.settings.listJumbledShare) return page
  const key = (run: R): number => draw(world.seed, 'jumble', ids, run.id)
  return page.toSorted((one, other) => key(one) - key(other))
}

/**
 * One page of runs, from the highest place down. Paging keeps to places: a run that comes or changes meanwhile
 * moves no other run to another page. With `listShift` it counts instead: runs that come shift others to a page
 * where they are seen again, and runs that go shift others past the reader.
 */
export const pageOf = <R extends IndexedRun>(world: World, query: PageQuery<R>) => {
  const { seed, settings } = world
  const nowMs = world.nowMs()
  const { key, nextToken, maxResults: most = defaultMaxResults } = query
  const given =
    nextToken === undefined ? undefined : readPageToken(seed, key, nextToken, nowMs, settings.pageTokenLifeMs)
  const order = given?.order ?? settings.listOrder
  const kind = given?.kind ?? (settings.listShift ? 'offset' : 'place')
  const runs = query.runs(order)
  let { at, passOver } = startOf(runs, given)
  const page: R[] = []
  while (page.length <= most && at > 0) {
    at -= 1
    const run = runs[at]
    if (run === undefined || !query.isShown(run)) continue
    if (passOver > 0) passOver -= 1
    else page.push(run)
  }
  const last = page.length > most ? page[most - 1] : undefined
  const place = kind === 'offset' ? (given?.after ?? 0) + most : (last?.places[order] ?? 0)
  return {
    runs: jumbled(world, page.slice(0, most)),
    nextToken: last && writePageToken(seed, key, { order, kind, after: place, atMs: nowMs }),
  }
}
