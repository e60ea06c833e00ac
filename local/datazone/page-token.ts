import { type Seed, seal } from './random.ts'
import { invalidMember } from './validation.ts'

/** An opaque place in the answer to one query: another query, another seed or a changed letter breaks its seal. */
export const writePageToken = (seed: Seed, query: readonly unknown[], rank: number): string =>
  Buffer.from(`${rank} ${seal(seed, query, rank)}`).toString('base64url')

/** The place that a token of this query names. Any other token throws ValidationException about nextToken. */
export const readPageToken = (seed: Seed, query: readonly unknown[], token: string): number => {
  const rank = Number(Buffer.from(token, 'base64url').toString().split(' ')[0])
  if (token !== writePageToken(seed, query, rank))
    throw invalidMember('nextToken', 'be the token of the page before, with the same filters')
  return rank
}
