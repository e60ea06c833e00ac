import { invalidMember } from '../model/validation.ts'
import { type Seed, seal } from '../world/random.ts'
import { type ListOrder, listOrders } from '../world/run-index.ts'

/** A place in the answer to a query: after the run at a place of an order, or after a number of runs. */
export type PagePlace = Readonly<{
  order: ListOrder
  kind: 'place' | 'offset'
  after: number
  /** When the token was made. */
  atMs: number
}>

/** An opaque place in the answer to one query. Another query, another seed or a changed letter breaks its seal. */
export const writePageToken = (seed: Seed, query: readonly unknown[], place: PagePlace): string => {
  const { order, kind, after, atMs } = place
  return Buffer.from(
    `${order} ${kind} ${after} ${atMs} ${seal(seed, query, order, kind, after, atMs)}`,
  ).toString('base64url')
}

/**
 * The place that a token of this query names. Any other token, and a token older than `lifeMs`, throws
 * ValidationException about nextToken.
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
