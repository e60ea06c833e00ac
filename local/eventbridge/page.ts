import { ServiceError } from './aws-json.ts'

/** The paging members of a list operation's input. */
export interface PageRequest {
  readonly Limit?: number | undefined
  readonly NextToken?: string | undefined
}

const maximumLimit = 100

/**
 * Returns a page of items and the token of the next page. Throws ValidationException for a token of no earlier answer.
 */
export function pageOf<Item>(
  items: readonly Item[],
  { Limit = maximumLimit, NextToken }: PageRequest,
): { readonly page: readonly Item[]; readonly NextToken?: string } {
  const from = NextToken === undefined ? 0 : Number(NextToken)
  if (!Number.isInteger(from) || from < 0)
    throw new ServiceError('ValidationException', 'NextToken: must be a token from the previous answer')
  const to = from + Limit
  return { page: items.slice(from, to), ...(to < items.length && { NextToken: String(to) }) }
}
