import {
  type AttributeValue,
  type DynamoDBClient,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { PortUnavailable } from '../../errors.ts'
import type { ReportMalformedItem } from '../../ports/malformed-items.ts'
import type { RecordResult } from '../../ports/run-store.ts'
import { partitionOf, runKey } from '../../run/identity.ts'
import type { InFlightRun } from '../../run/run.ts'
import { absent, conditionParameters, recordUnchangedSince, unchangedRaw } from './conditions.ts'
import { holderIn, holderItem, holderKey } from './holder-item.ts'
import { putParameters } from './parameters.ts'
import { plainItem } from './plain-item.ts'
import { failedConditions, type retryWrites } from './retry-writes.ts'
import { partitionParameters } from './run-queries.ts'
import type { runReader } from './run-reader.ts'
import { parseRecords } from './run-records.ts'

type Item = Record<string, AttributeValue>

interface RecorderContext {
  readonly client: DynamoDBClient
  readonly table: string
  readonly retry: ReturnType<typeof retryWrites>
  readonly report: ReportMalformedItem
  readonly allOf: ReturnType<typeof runReader>['allOf']
}

/** A written run; or which condition failed, with the item of the run id that its own condition found. */
type WriteResult =
  | { readonly outcome: 'recorded' | 'changed' }
  | { readonly outcome: 'taken'; readonly holder: Item | undefined }

/**
 * Writes the record and the item of its run id in one transaction.
 * @param damaged the item of the run id that is replaced; undefined when none may exist
 */
const writeBoth = async (
  before: InFlightRun,
  run: InFlightRun,
  damaged: Item | undefined,
  { client, table, retry }: RecorderContext,
): Promise<WriteResult> => {
  const holder = {
    TableName: table,
    Item: marshall(holderItem(run)),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    ...(damaged === undefined ? conditionParameters(absent) : unchangedRaw('heldBy', damaged['heldBy'])),
  }
  const TransactItems = [
    { Put: putParameters(table, run, before.version === 0 ? absent : recordUnchangedSince(before)) },
    { Put: holder },
  ]
  try {
    await retry(() => client.send(new TransactWriteItemsCommand({ TransactItems })))
    return { outcome: 'recorded' }
  } catch (error) {
    const [isChanged = false, isTaken = false] = failedConditions(error)
    if (isChanged) return { outcome: 'changed' }
    if (!isTaken) throw new PortUnavailable('table', error)
    const reasons = error instanceof TransactionCanceledException ? error.CancellationReasons : undefined
    return { outcome: 'taken', holder: reasons?.[1]?.Item }
  }
}

/** P1: whether a record of the data source may hold the run. A run id belongs to one data source only. */
const mayBeRecorded = async (run: InFlightRun, { table, allOf }: RecorderContext): Promise<boolean> => {
  const { runs, unreadable } = parseRecords(await allOf(partitionParameters(table, partitionOf(run.subject))))
  return (
    unreadable.length > 0 ||
    runs.some(
      (other) => 'runId' in other && other.runId === run.runId && runKey(other).record !== runKey(run).record,
    )
  )
}

/**
 * Returns a function that writes a run with its run id. P8: where the item of the run id names no record, and no record
 * of the data source holds the run, the item is replaced, on the condition that it is still the damaged one.
 */
export const runIdRecorder =
  (context: RecorderContext) =>
  async (before: InFlightRun): Promise<RecordResult> => {
    const run = { ...before, version: before.version + 1 }
    const resultOf = ({ outcome }: WriteResult): RecordResult =>
      outcome === 'recorded' ? { outcome, run } : { outcome }
    const first = await writeBoth(before, run, undefined, context)
    if (first.outcome !== 'taken' || first.holder === undefined) return resultOf(first)
    if (holderIn(plainItem(first.holder)) !== undefined) return resultOf(first)
    const key = holderKey(run.subject.domainId, run.runId)
    if (await mayBeRecorded(run, context)) {
      context.report(key, 'names no record; its run is on another record')
      return resultOf(first)
    }
    context.report(key, 'names no record, and none holds its run; it is replaced')
    return resultOf(await writeBoth(before, run, first.holder, context))
  }
