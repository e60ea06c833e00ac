import { type DynamoDBClient, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb'
import { PortUnavailable } from '../../errors.ts'
import type { Counter, Run } from '../../run/run.ts'
import { recordUnchangedSince } from './conditions.ts'
import { giveBackParameters } from './counter-item.ts'
import { putParameters } from './parameters.ts'
import { failedConditions, type retryWrites } from './retry-writes.ts'

interface GiveBackContext {
  readonly client: DynamoDBClient
  readonly table: string
  readonly retry: ReturnType<typeof retryWrites>
  /** Saves the run by itself. */
  readonly saveAlone: <R extends Run>(run: R) => Promise<R | undefined>
}

/**
 * Saves a run and lowers counters by one, in one transaction. Where one of them cannot be lowered, the run alone is saved.
 * @returns the run at its new version; undefined if another write won
 */
export const saveAndGiveBack = async <R extends Run>(
  before: R,
  counters: readonly Counter[],
  { client, table, retry, saveAlone }: GiveBackContext,
): Promise<R | undefined> => {
  const run = { ...before, version: before.version + 1 }
  const TransactItems = [
    { Put: putParameters(table, run, recordUnchangedSince(before)) },
    ...counters.map((counter) => ({ Update: giveBackParameters(table, counter) })),
  ]
  try {
    await retry(() => client.send(new TransactWriteItemsCommand({ TransactItems })))
    return run
  } catch (error) {
    const [isChanged = false, ...ofCounters] = failedConditions(error)
    if (isChanged) return undefined
    if (ofCounters.includes(true)) return saveAlone(before)
    throw new PortUnavailable('table', error)
  }
}
