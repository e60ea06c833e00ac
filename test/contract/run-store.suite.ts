import { describe } from 'vitest'

import { claimsContract } from './run-store-claims.suite.ts'
import { readsContract } from './run-store-reads.suite.ts'
import { type OpenRunStore, type StoreAbilities, storeUnderTest } from './run-store-under-test.ts'
import { workContract } from './run-store-work.suite.ts'
import { writesContract } from './run-store-writes.suite.ts'

/**
 * The contract that every RunStore keeps. `holdsItems`: the store holds items, including malformed ones, within
 * DynamoDB's limits. `isolatesTransactions`: concurrent transactions do not see each other's partial writes, which moto
 * does not guarantee.
 */
export const runStoreContract = (
  name: string,
  open: () => Promise<OpenRunStore>,
  { holdsItems = true, isolatesTransactions = true }: Partial<StoreAbilities> = {},
): void => {
  describe(`RunStore: ${name}`, () => {
    const harness = storeUnderTest(open)
    // Writes come last: one of them fills the table with arbitrary runs.
    for (const contract of [readsContract, claimsContract, workContract, writesContract])
      contract(harness, { holdsItems, isolatesTransactions })
  })
}
