import {
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  type PutItemCommandInput,
} from '@aws-sdk/client-dynamodb'
import type { ReportMalformedItem } from '../../ports/malformed-items.ts'
import type { RunStore } from '../../ports/run-store.ts'
import type { Run } from '../../run/run.ts'
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

/** Writes of one record, each conditional on what was read. */
const singleWrites = (put: (parameters: PutItemCommandInput) => Promise<unknown>, table: string) => ({
  /** Returns false if a record exists for the key. */
  create: async (run: Run): Promise<boolean> =>
    (await put(putParameters(table, run, absentOrPlanned(schemaVersion)))) !== undefined,

  save: async <R extends Run>(run: R): Promise<R | undefined> => {
    const next = { ...run, version: run.version + 1 }
    const done = await put(putParameters(table, next, recordUnchangedSince(run)))
    return done === undefined ? undefined : next
  },
})

/** The run store on one DynamoDB table. */
export const dynamoDbRunStore = (
  client: DynamoDBClient,
  table: string,
  { backOff, report = () => {} }: RunStoreOptions = {},
): RunStore => {
  const retry = retryWrites(backOff)
  const claim = claimWriter(client, table, { backOff, report })
  const { createInstead, endWithNext } = runTransactions(client, table, retry)
  const alone = singleWrites(
    (parameters) => answered(retry(() => client.send(new PutItemCommand(parameters)))),
    table,
  )
  const { allOf } = runReader(client, table, report)
  return {
    ...runReads(client, table, { retry, report }),
    endWithNext,
    recordRunId: runIdRecorder({ client, table, retry, report, allOf }),

    async create(run, instead) {
      const first = { ...run, version: 1 }
      if (instead !== undefined) return createInstead(first, instead)
      return (await alone.create(first)) ? { outcome: 'created', run: first } : { outcome: 'exists' }
    },

    save: (run, giveBack = []) =>
      giveBack.length === 0
        ? alone.save(run)
        : saveAndGiveBack(run, giveBack, { client, table, retry, saveAlone: alone.save }),

    claim: (run, conditions = {}) => claim(run, conditions),

    async dropRequest(request) {
      const command = new DeleteItemCommand(deleteParameters(table, request))
      return (await answered(retry(() => client.send(command)))) !== undefined
    },
  }
}
