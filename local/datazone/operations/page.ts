import { draw, isHit } from '../world/random.ts'
import { countBelow, type IndexedRun, type ListOrder, placeOf } from '../world/run-index.ts'
import type { World } from '../world/world.ts'
import { type PagePlace, readPageToken, writePageToken } from './page-token.ts'

type PageQuery<R> = Readonly<{
  /** The operation and its filters, which seal the page token. */
  key: readonly unknown[]
  /** Returns every run of the List, filters aside, by ascending place. */
  runs: (order: ListOrder) => readonly R[]
  isShown: (run: R) => boolean
  nextToken: string | undefined
  maxResults: number | undefined
}>

/** Assumption: the documented maximum is 50, and no default is documented. */
const defaultMaxResults = 50

/** Returns the index below which a page begins, which runs downwards, and how many shown runs to skip first. */
const startOf = <R extends IndexedRun>(runs: readonly R[], place: PagePlace | undefined) => {
  if (place === undefined) return { at: runs.length, skip: 0 }
  return place.kind === 'offset'
    ? { at: runs.length, skip: place.after }
    : { at: countBelow(runs, place.order, place.after), skip: 0 }
}

const jumbled = <R extends IndexedRun>(world: World, page: readonly R[]): readonly R[] => {
  const ids = page.map(({ id }) => id)
  if (!isHit(world.settings.listJumbledShare, world.seed, 'jumbled', ids)) return page
  const key = (run: R): number => draw(world.seed, 'jumble', ids, run.id)
  return page.toSorted((one, other) => key(one) - key(other))
}

/**
 * Returns one page of runs, from the highest place down. A page token holds a place, so a run that is added or changes
 * meanwhile moves no other run to another page. With `listShift` it holds an offset: after a run is added, a run of the
 * last page appears again, and after a run is removed, a run is missing from every page.
 */
export const pageOf = <R extends IndexedRun>(world: World, query: PageQuery<R>) => {
  const { seed, settings } = world
  const nowMs = world.nowMs()
  const { key, nextToken, maxResults: most = defaultMaxResults } = query
  const given =
    nextToken === undefined
      ? undefined
      : readPageToken(seed, key, nextToken, { nowMs, lifeMs: settings.pageTokenLifeMs })
  const order = given?.order ?? settings.listOrder
  const kind = given?.kind ?? (settings.listShift ? 'offset' : 'place')
  const runs = query.runs(order)
  let { at, skip } = startOf(runs, given)
  const page: R[] = []
  while (page.length <= most && at > 0) {
    at -= 1
    const run = runs[at]
    if (run === undefined || !query.isShown(run)) continue
    if (skip > 0) skip -= 1
    else page.push(run)
  }
  const last = page.length > most ? page[most - 1] : undefined
  const place = kind === 'offset' ? (given?.after ?? 0) + most : last === undefined ? 0 : placeOf(last, order)
  return {
    runs: jumbled(world, page.slice(0, most)),
    nextToken: last && writePageToken(seed, key, { order, kind, after: place, atMs: nowMs }),
  }
}
