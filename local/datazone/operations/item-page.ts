import type { World } from '../world/world.ts'
import { readPageToken, writePageToken } from './page-token.ts'

/** The query of a page of items; its `key`, the operation and its filters, seals the page token. */
export type ItemQuery<T> = Readonly<{
  key: readonly unknown[]
  items: readonly T[]
  nextToken: string | null | undefined
  maxResults: number | null | undefined
}>

/** Assumption: the documented maximum is 50, and no default is documented. */
const defaultMaxResults = 50

/** Returns one page of items in their order. A page token holds the number of items before the page. */
export const itemPageOf = <T>(world: World, query: ItemQuery<T>) => {
  const { seed, settings } = world
  const { key, items, nextToken } = query
  const nowMs = world.nowMs()
  const fromIndex = nextToken
    ? readPageToken(seed, key, nextToken, { nowMs, lifeMs: settings.pageTokenLifeMs }).after
    : 0
  const toIndex = fromIndex + (query.maxResults ?? defaultMaxResults)
  const place = { order: 'newest', kind: 'offset', after: toIndex, atMs: nowMs } as const
  return {
    items: items.slice(fromIndex, toIndex),
    nextToken: toIndex < items.length ? writePageToken(seed, key, place) : undefined,
  }
}
