import {
  type DynamoDBClient,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb'
import { PortUnavailable } from '../../errors.ts'
import type { CreateResult, EndWithNextResult } from '../../ports/run-store.ts'
import type { EndedRun, ParkedRun, Run } from '../../run/run.ts'
import { absentOrPlanned, recordUnchangedSince } from './conditions.ts'
import { deleteParameters, putParameters } from './parameters.ts'
import { failedConditions, type retryWrites } from './retry-writes.ts'
import { schemaVersion } from './run-item.ts'

type BothWrites = [TransactWriteItem, TransactWriteItem]

const writeCommand = (TransactItems: BothWrites) => new TransactWriteItemsCommand({ TransactItems })

/** Sends a transaction of two writes and returns which of their conditions failed. */
const writeBoth = async (send: () => Promise<unknown>) => {
  try {
    await send()
    return { first: false, second: false }
  } catch (error) {
    const [first = false, second = false] = failedConditions(error)
    if (first || second) return { first, second }
    throw new PortUnavailable('table', error)
  }
}

/** The writes of a run that change two items, both or neither. */
export const runTransactions = (
  client: DynamoDBClient,
  table: string,
  retry: ReturnType<typeof retryWrites>,
) => {
  const write = (both: BothWrites) => writeBoth(() => retry(() => client.send(writeCommand(both))))

  return {
    /** Creates a run and deletes the request that it replaces. */
    async createInstead<R extends Run>(run: R, instead: ParkedRun): Promise<CreateResult<R>> {
      const failed = await write([
        { Put: putParameters(table, run, absentOrPlanned(schemaVersion)) },
        { Delete: deleteParameters(table, instead) },
      ])
      if (failed.second) return { outcome: 'request-changed' }
      return failed.first ? { outcome: 'exists' } : { outcome: 'created', run }
    },

    async endWithNext(before: EndedRun, next: ParkedRun): Promise<EndWithNextResult> {
      const ended = { ...before, version: before.version + 1 }
      const failed = await write([
        { Put: putParameters(table, ended, recordUnchangedSince(before)) },
        { Put: putParameters(table, { ...next, version: 1 }, absentOrPlanned(schemaVersion)) },
      ])
      if (failed.first) return { outcome: 'changed' }
      return failed.second ? { outcome: 'exists' } : { outcome: 'saved', ended }
    },
  }
}
