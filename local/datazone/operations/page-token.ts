import { invalidMember } from '../model/validation.ts'
import { type Seed, seal } from '../world/random.ts'
import { type ListOrder, listOrders } from '../world/run-index.ts'

/** Where a page begins: after the run at a place of an order, or after a number of runs. */
export type PagePlace = Readonly<{
  order: ListOrder
  kind: 'place' | 'offset'
  after: number
  /** When the token was written, in epoch milliseconds. */
  atMs: number
}>

/** Returns an opaque token of where a page begins. Another query, another seed or a changed letter breaks its seal. */
export const writePageToken = (seed: Seed, query: readonly unknown[], place: PagePlace): string => {
  const { order, kind, after, atMs } = place
  return Buffer.from(
    `${order} ${kind} ${after} ${atMs} ${seal(seed, query, order, kind, after, atMs)}`,
  ).toString('base64url')
}

/**
 * Returns where the page of a token begins. Throws ValidationException about nextToken for a token of another query and
 * for a token older than `lifeMs`.
 */
export const readPageToken = (
  seed: Seed,
  query: readonly unknown[],
  token: string,
  { nowMs, lifeMs }: { readonly nowMs: number; readonly lifeMs: number | null },
): PagePlace => {
  const [orderText, kindText, after, atMs] = Buffer.from(token, 'base64url').toString().split(' ')
  const place: PagePlace = {
    order: listOrders.find((order) => order === orderText) ?? 'newest',
    kind: kindText === 'offset' ? 'offset' : 'place',
    after: Number(after),
    atMs: Number(atMs),
  }
  if (token !== writePageToken(seed, query, place))
    throw invalidMember('nextToken', 'be the token of the previous page, with the same filters')
  if (lifeMs !== null && nowMs - place.atMs > lifeMs)
    throw invalidMember('nextToken', 'be a token that has not expired')
  return place
}
