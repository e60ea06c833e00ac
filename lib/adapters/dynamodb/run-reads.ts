import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import type { ReportMalformedItem } from '../../ports/malformed-items.ts'
import type { RunStore, UnreadableRecord } from '../../ports/run-store.ts'
import { partitionOf } from '../../run/identity.ts'
import { present } from '../../run/present.ts'
import type { Run } from '../../run/run.ts'
import { answered } from './answered.ts'
import { claimCountItem, claimCountKey, parseClaimCount } from './claim-count-item.ts'
import { unchangedRaw } from './conditions.ts'
import { holderIn, holderKey } from './holder-item.ts'
import { plainItem } from './plain-item.ts'
import type { retryWrites } from './retry-writes.ts'
import { workShards } from './run-item.ts'
import {
  activeSinceParameters,
  attemptsParameters,
  parkedAfterParameters,
  partitionParameters,
  recordParameters,
  runIdParameters,
} from './run-queries.ts'
import { runReader } from './run-reader.ts'
import { mergeRecords, parkedLater, parseRecords } from './run-records.ts'

interface Context {
  readonly client: DynamoDBClient
  readonly table: string
  readonly retry: ReturnType<typeof retryWrites>
  readonly report: ReportMalformedItem
}

type Reader = ReturnType<typeof runReader>

/**
 * Returns the claim count of a data source. P8: a damaged one is replaced by the current time, which no starter has
 * read as a count, so that claims decided before fail and are decided again.
 */
const readClaimCount = async (
  partition: string,
  { allOf }: Reader,
  { client, table, retry, report }: Context,
): Promise<number | undefined> => {
  for (;;) {
    const [item] = await allOf(recordParameters(table, marshall(claimCountKey(partition))))
    const plain = item === undefined ? undefined : plainItem(item)
    const claimCount = parseClaimCount(plain)
    if (item === undefined || claimCount !== undefined) return claimCount
    report(
      { pk: partition, sk: claimCountKey(partition).sk },
      'is not a valid count of claims; it is replaced',
    )
    const replaced = claimCountItem(partition, Date.now())
    const put = new PutItemCommand({
      TableName: table,
      Item: marshall(replaced),
      ...unchangedRaw('version', item['version']),
    })
    if ((await answered(retry(() => client.send(put)))) !== undefined) return replaced.version
  }
}

/** Reads of one asset or data source. */
const partitionReads = (reader: Reader, context: Context): Pick<RunStore, 'runsOf' | 'decidingRunsOf'> => {
  const { table } = context
  return {
    async runsOf(target) {
      const runs: Run[] = []
      const unreadable: UnreadableRecord[] = []
      let claimCount: number | undefined
      for await (const page of reader.pages(partitionParameters(table, partitionOf(target)))) {
        runs.push(...page.runs)
        unreadable.push(...page.unreadable)
        claimCount ??= page.claimCount
      }
      return { runs, unreadable, ...present({ claimCount }) }
    },

    async decidingRunsOf({ attemptsOf, endedSinceMs, ...source }) {
      const partition = partitionOf(source)
      const claimCount = await readClaimCount(partition, reader, context)
      const reads = [
        activeSinceParameters(table, partition, endedSinceMs),
        ...(attemptsOf === undefined ? [] : [attemptsParameters(table, partition, attemptsOf)]),
      ]
      const read = mergeRecords(
        await Promise.all(reads.map(async (one) => parseRecords(await reader.allOf(one)))),
      )
      return { ...read, ...present({ claimCount }) }
    },
  }
}

/** Reads of what one DataZone run id names. */
const runIdReads = (
  { allOf }: Reader,
  { table, report }: Context,
): Pick<RunStore, 'holderOf' | 'byRunId'> => ({
  async holderOf(domainId, runId) {
    const key = holderKey(domainId, runId)
    const [item] = await allOf(recordParameters(table, marshall(key)))
    if (item === undefined) return undefined
    const holder = holderIn(plainItem(item))
    if (holder === undefined) report(key, 'names no record; its run counts as recorded')
    return holder ?? { partition: '', record: '' }
  },

  async byRunId(runId) {
    const keys = await allOf(runIdParameters(table, runId))
    const items = await Promise.all(keys.map((key) => allOf(recordParameters(table, key))))
    return parseRecords(items.flat())
  },
})

/** Reads of the index `work`. */
const workReads = (
  { itemPages, workBy }: Reader,
  { table }: Context,
): Pick<RunStore, 'due' | 'waiting' | 'parkedAfter'> => ({
  due: (nowMs) => workBy(workShards.work, nowMs),

  waiting: (nowMs) => workBy(workShards.waiting, nowMs),

  async *parkedAfter(nowMs) {
    for await (const items of itemPages(parkedAfterParameters(table, nowMs))) yield items.map(parkedLater)
  },
})

/** The reads of the run store. */
export const runReads = (
  client: DynamoDBClient,
  table: string,
  { retry, report }: Pick<Context, 'retry' | 'report'>,
) => {
  const context = { client, table, retry, report }
  const reader = runReader(client, table, report)
  return { ...partitionReads(reader, context), ...runIdReads(reader, context), ...workReads(reader, context) }
}
