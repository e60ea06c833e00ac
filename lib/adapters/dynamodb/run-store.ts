import {
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  type PutItemCommandInput,
} from '@aws-sdk/client-dynamodb'
import type { ReportMalformedItem } from '../../ports/malformed-items.ts'
import type { RunStore } from '../../ports/run-store.ts'
import { answered } from './answered.ts'
import { claimWriter } from './claim.ts'
import { absentOrPlanned, recordUnchangedSince } from './conditions.ts'
import { saveAndGiveBack } from './give-back.ts'
import { deleteParameters, putParameters } from './parameters.ts'
import { runIdRecorder } from './record-run-id.ts'
import { type BackOff, retryWrites } from './retry-writes.ts'
import { schemaVersion } from './run-item.ts'
import { runReader } from './run-reader.ts'
import { runReads } from './run-reads.ts'
import { runTransactions } from './run-transactions.ts'

export interface RunStoreOptions {
  readonly backOff?: BackOff
  readonly report?: ReportMalformedItem
}

/** The run store on one DynamoDB table. */
export const dynamoDbRunStore = (
  client: DynamoDBClient,
  table: string,
  { backOff, report = () => {} }: RunStoreOptions = {},
): RunStore => {
  const retry = retryWrites(backOff)
  const claim = claimWriter(client, table, { backOff, report })
  const { createInstead, ...transactions } = runTransactions(client, table, retry)
  const put = (parameters: PutItemCommandInput) =>
    answered(retry(() => client.send(new PutItemCommand(parameters))))

  const saveAlone: RunStore['save'] = async (run) => {
    const next = { ...run, version: run.version + 1 }
    const done = await put(putParameters(table, next, recordUnchangedSince(run)))
    return done === undefined ? undefined : next
  }
  return {
    ...runReads(client, table, { retry, report }),
    ...transactions,
    recordRunId: runIdRecorder({
      client,
      table,
      retry,
      report,
      allOf: runReader(client, table, report).allOf,
    }),

    async create(run, instead) {
      const first = { ...run, version: 1 }
      if (instead !== undefined) return createInstead(first, instead)
      const done = await put(putParameters(table, first, absentOrPlanned(schemaVersion)))
      return done === undefined ? { outcome: 'exists' } : { outcome: 'created', run: first }
    },

    save: (run, giveBack = []) =>
      giveBack.length === 0
        ? saveAlone(run)
        : saveAndGiveBack(run, giveBack, { client, table, retry, saveAlone }),

    claim: (run, conditions = {}) => claim(run, conditions),

    async dropRequest(request) {
      const command = new DeleteItemCommand(deleteParameters(table, request))
      return (await answered(retry(() => client.send(command)))) !== undefined
    },
  }
}
