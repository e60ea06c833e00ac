import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { PortUnavailable } from '../../errors.ts'
import type { ReportMalformedItem } from '../../ports/malformed-items.ts'
import type {
  CreateResult,
  EndWithNextResult,
  ParkedLater,
  RecordResult,
  Records,
  RunStore,
  UnreadableRecord,
} from '../../ports/run-store.ts'
import { broughtToNow, farAheadMs } from '../../run/far-ahead.ts'
import { attemptsPrefix, partitionOf, type RunKey, runKey } from '../../run/identity.ts'
import { present } from '../../run/present.ts'
import type { EndedRun, InFlightRun, ParkedRun, Run } from '../../run/run.ts'
import { claimWriter } from './claim.ts'
import { claimCountItem, claimCountKey, isClaimCount, parseClaimCount } from './claim-count-item.ts'
import {
  absent,
  absentOrPlanned,
  conditionParameters,
  recordUnchangedSince,
  unchangedRaw,
} from './conditions.ts'
import { holderIn, holderItem, holderKey } from './holder-item.ts'
import { deleteParameters, putParameters } from './parameters.ts'
import { plainItem } from './plain-item.ts'
import { type BackOff, failedConditions, retryWrites } from './retry-writes.ts'
import { parseItem, schemaVersion, workShards } from './run-item.ts'
import { isSkipLog } from './skip-log.ts'

type Item = NonNullable<QueryCommandInput['ExclusiveStartKey']>

const sorted = (items: readonly Item[]): Records => {
  const runs: Run[] = []
  const unreadable: UnreadableRecord[] = []
  let claimCount: number | undefined
  for (const item of items) {
    const plain = plainItem(item)
    const taken = parseClaimCount(plain)
    if (taken !== undefined) {
      claimCount = taken
      continue
    }
    if (isClaimCount(plain) || isSkipLog(plain)) continue
    const parsed = parseItem(plain)
    if ('problem' in parsed) unreadable.push(parsed)
    else runs.push(parsed)
  }
  return { runs, unreadable, ...present({ claimCount }) }
}

const partitionParameters = (table: string, partition: string): QueryCommandInput => ({
  TableName: table,
  ConsistentRead: true,
  KeyConditionExpression: 'pk = :partition',
  ExpressionAttributeValues: marshall({ ':partition': partition }),
})

const runIdParameters = (table: string, runId: string): QueryCommandInput => ({
  TableName: table,
  IndexName: 'byRunId',
  KeyConditionExpression: 'runId = :runId',
  ExpressionAttributeValues: marshall({ ':runId': runId }),
})

/** A query, so that the permission to read a partition covers one record of it. */
const recordParameters = (table: string, { pk, sk }: Item): QueryCommandInput => ({
  TableName: table,
  ConsistentRead: true,
  KeyConditionExpression: 'pk = :partition AND sk = :record',
  ExpressionAttributeValues: { ':partition': pk ?? { NULL: true }, ':record': sk ?? { NULL: true } },
})

/** Every attempt of the subject of a record. */
const attemptsParameters = (table: string, partition: string, record: string): QueryCommandInput => ({
  TableName: table,
  ConsistentRead: true,
  KeyConditionExpression: 'pk = :partition AND begins_with(sk, :prefix)',
  ExpressionAttributeValues: marshall({ ':partition': partition, ':prefix': attemptsPrefix(record) }),
})

/** Runs of a data source that may be active, and those that ended since. A local index can be read consistently. */
const activeSinceParameters = (table: string, partition: string, sinceMs: number): QueryCommandInput => ({
  TableName: table,
  IndexName: 'byActiveUntil',
  ConsistentRead: true,
  KeyConditionExpression: 'pk = :partition AND activeUntil >= :since',
  ExpressionAttributeValues: marshall({ ':partition': partition, ':since': sinceMs }),
})

type Shard = (typeof workShards)[keyof typeof workShards]

const dueParameters = (table: string, shard: Shard, nowMs: number): QueryCommandInput => ({
  TableName: table,
  IndexName: 'work',
  KeyConditionExpression: 'workShard = :shard AND workAt <= :now',
  ExpressionAttributeValues: marshall({ ':shard': shard, ':now': nowMs }),
})

/** Records further ahead than this system ever sets them: normally none. */
const farAheadParameters = (table: string, shard: Shard, nowMs: number): QueryCommandInput => ({
  TableName: table,
  IndexName: 'work',
  KeyConditionExpression: 'workShard = :shard AND workAt > :ahead',
  ExpressionAttributeValues: marshall({
    ':shard': shard,
    ':ahead': nowMs + (shard === workShards.waiting ? farAheadMs.waiting : farAheadMs.work),
  }),
})

/** The park reasons of records that are not due yet, without those released since. */
const parkedAfterParameters = (table: string, nowMs: number): QueryCommandInput => ({
  TableName: table,
  IndexName: 'work',
  KeyConditionExpression: 'workShard = :shard AND workAt > :now',
  FilterExpression: 'attribute_not_exists(releasedAtMs) OR releasedAtMs < :now',
  ProjectionExpression: 'reason, workAt',
  ExpressionAttributeValues: marshall({ ':shard': workShards.waiting, ':now': nowMs }),
})

/** Records of several reads, each once: the newer version of a record that a write changed in between. */
const merged = (reads: readonly Records[]): Records => {
  const nameOf = ({ partition, record }: RunKey) => `${partition} ${record}`
  const runs = new Map<string, Run>()
  const unreadable = new Map<string, UnreadableRecord>()
  for (const read of reads) {
    for (const run of read.runs) {
      const name = nameOf(runKey(run))
      if (run.version > (runs.get(name)?.version ?? -1)) runs.set(name, run)
    }
    for (const record of read.unreadable) unreadable.set(nameOf(record.key), record)
  }
  return { runs: [...runs.values()], unreadable: [...unreadable.values()] }
}

const parkedLater = (item: Item): ParkedLater => ({
  reason: item['reason']?.S ?? 'UNKNOWN',
  atMs: Number(item['workAt']?.N ?? 0),
})

/** Returns undefined for a failed condition, which is an answer; throws PortUnavailable for any other error. */
const answered = async <T>(call: Promise<T>): Promise<T | undefined> => {
  try {
    return await call
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined
    throw new PortUnavailable('table', error)
  }
}

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

  /**
   * Returns the claim count of a data source. P8: a damaged one is replaced by the current time, which no starter has
   * read as a count, so that claims decided before fail and are decided again.
   */
  const readClaimCount = async (partition: string): Promise<number | undefined> => {
    for (;;) {
      const [item] = await allOf(recordParameters(table, marshall(claimCountKey(partition))))
      const plain = item === undefined ? undefined : plainItem(item)
      const claimCount = parseClaimCount(plain)
      if (item === undefined || claimCount !== undefined) return claimCount
      report({ pk: partition, sk: claimCountKey(partition).sk }, 'is no count of claims, and is replaced')
      const replaced = claimCountItem(partition, Date.now())
      const put = new PutItemCommand({
        TableName: table,
        Item: marshall(replaced),
        ...unchangedRaw('version', item['version']),
      })
      if ((await answered(retry(() => client.send(put)))) !== undefined) return replaced.version
    }
  }

  async function* itemPages(parameters: QueryCommandInput): AsyncGenerator<Item[]> {
    let start: Item | undefined
    do {
      const page = await answered(
        client.send(new QueryCommand({ ...parameters, ...present({ ExclusiveStartKey: start }) })),
      )
      yield page?.Items ?? []
      start = page?.LastEvaluatedKey
    } while (start !== undefined)
  }

  async function* pages(parameters: QueryCommandInput): AsyncGenerator<Records> {
    for await (const items of itemPages(parameters)) yield sorted(items)
  }

  const allOf = async (parameters: QueryCommandInput): Promise<Item[]> => {
    const all: Item[] = []
    for await (const items of itemPages(parameters)) all.push(...items)
    return all
  }

  /** What a shard of the `work` index holds by then, and what lies so far ahead that it is due, too. */
  async function* workBy(shard: Shard, nowMs: number): AsyncGenerator<Records> {
    yield* pages(dueParameters(table, shard, nowMs))
    for await (const page of pages(farAheadParameters(table, shard, nowMs))) {
      if (page.runs.length === 0 && page.unreadable.length === 0) continue
      for (const run of page.runs) {
        const { partition, record } = runKey(run)
        report({ pk: partition, sk: record }, 'has a time far ahead of the clock, and is taken for due')
      }
      yield { ...page, runs: page.runs.map((run) => broughtToNow(run, nowMs)) }
    }
  }

  const createInstead = async <R extends Run>(run: R, instead: ParkedRun): Promise<CreateResult<R>> => {
    try {
      await retry(() =>
        client.send(
          new TransactWriteItemsCommand({
            TransactItems: [
              { Put: putParameters(table, run, absentOrPlanned(schemaVersion)) },
              { Delete: deleteParameters(table, instead) },
            ],
          }),
        ),
      )
      return { outcome: 'created', run }
    } catch (error) {
      const [exists, isChanged] = failedConditions(error)
      if (isChanged === true) return { outcome: 'request-changed' }
      if (exists === true) return { outcome: 'exists' }
      throw new PortUnavailable('table', error)
    }
  }

  const endWithNext = async (before: EndedRun, next: ParkedRun): Promise<EndWithNextResult> => {
    const ended = { ...before, version: before.version + 1 }
    try {
      await retry(() =>
        client.send(
          new TransactWriteItemsCommand({
            TransactItems: [
              { Put: putParameters(table, ended, recordUnchangedSince(before)) },
              { Put: putParameters(table, { ...next, version: 1 }, absentOrPlanned(schemaVersion)) },
            ],
          }),
        ),
      )
      return { outcome: 'saved', ended }
    } catch (error) {
      const [isChanged, exists] = failedConditions(error)
      if (isChanged === true) return { outcome: 'changed' }
      if (exists === true) return { outcome: 'exists' }
      throw new PortUnavailable('table', error)
    }
  }

  const recordRunId = async (before: InFlightRun): Promise<RecordResult> => {
    const run = { ...before, version: before.version + 1 }
    const condition = before.version === 0 ? absent : recordUnchangedSince(before)
    try {
      await retry(() =>
        client.send(
          new TransactWriteItemsCommand({
            TransactItems: [
              { Put: putParameters(table, run, condition) },
              { Put: { TableName: table, Item: marshall(holderItem(run)), ...conditionParameters(absent) } },
            ],
          }),
        ),
      )
      return { outcome: 'recorded', run }
    } catch (error) {
      const [isChanged, isTaken] = failedConditions(error)
      if (isChanged === true) return { outcome: 'changed' }
      if (isTaken === true) return { outcome: 'taken' }
      throw new PortUnavailable('table', error)
    }
  }

  return {
    endWithNext,
    recordRunId,

    async runsOf(target) {
      const runs: Run[] = []
      const unreadable: UnreadableRecord[] = []
      let claimCount: number | undefined
      for await (const page of pages(partitionParameters(table, partitionOf(target)))) {
        runs.push(...page.runs)
        unreadable.push(...page.unreadable)
        claimCount ??= page.claimCount
      }
      return { runs, unreadable, ...present({ claimCount }) }
    },

    async decidingRunsOf({ attemptsOf, endedSinceMs, ...source }) {
      const partition = partitionOf(source)
      const claimCount = await readClaimCount(partition)
      const reads = [
        activeSinceParameters(table, partition, endedSinceMs),
        ...(attemptsOf === undefined ? [] : [attemptsParameters(table, partition, attemptsOf)]),
      ]
      const read = merged(await Promise.all(reads.map(async (one) => sorted(await allOf(one)))))
      return { ...read, ...present({ claimCount }) }
    },

    async holderOf(domainId, runId) {
      const key = holderKey(domainId, runId)
      const [item] = await allOf(recordParameters(table, marshall(key)))
      if (item === undefined) return undefined
      const holder = holderIn(plainItem(item))
      if (holder === undefined) report(key, 'names no record, so its run is taken for recorded')
      return holder ?? { partition: '', record: '' }
    },

    async byRunId(runId) {
      const keys = await allOf(runIdParameters(table, runId))
      const items = await Promise.all(keys.map((key) => allOf(recordParameters(table, key))))
      return sorted(items.flat())
    },

    async create(run, instead) {
      const first = { ...run, version: 1 }
      if (instead !== undefined) return createInstead(first, instead)
      const done = await answered(
        retry(() =>
          client.send(new PutItemCommand(putParameters(table, first, absentOrPlanned(schemaVersion)))),
        ),
      )
      return done === undefined ? { outcome: 'exists' } : { outcome: 'created', run: first }
    },

    async save(run) {
      const next = { ...run, version: run.version + 1 }
      const condition = recordUnchangedSince(run)
      const done = await answered(
        retry(() => client.send(new PutItemCommand(putParameters(table, next, condition)))),
      )
      return done === undefined ? undefined : next
    },

    claim: (run, conditions = {}) => claim(run, conditions),

    async dropRequest(request) {
      const done = await answered(
        retry(() => client.send(new DeleteItemCommand(deleteParameters(table, request)))),
      )
      return done !== undefined
    },

    due: (nowMs) => workBy(workShards.work, nowMs),

    waiting: (nowMs) => workBy(workShards.waiting, nowMs),

    async *parkedAfter(nowMs) {
      for await (const items of itemPages(parkedAfterParameters(table, nowMs))) yield items.map(parkedLater)
    },
  }
}
