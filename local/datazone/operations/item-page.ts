import type { World } from '../world/world.ts'
import { readPageToken, writePageToken } from './page-token.ts'

/** What a page of items is asked for; `key` seals the page token: the operation and its filters. */
export type ItemQuery<T> = Readonly<{
  key: readonly unknown[]
  items: readonly T[]
  nextToken: string | null | undefined
  maxResults: number | null | undefined
}>

/** Assumption: the documentation names no default; 50 is the documented maximum. */
const defaultMaxResults = 50

/** One page of items in their order; a token names the number of items before it. */
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
