import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import * as z from 'zod/mini'
import { PortUnavailable } from '../../errors.ts'
import type { BackfillPlans } from '../../ports/backfill-plans.ts'
import type { ReportMalformedItem } from '../../ports/malformed-items.ts'
import { type BackfillPlan, backfillStates, isLeasedFarAhead } from '../../run/backfill-plan.ts'
import { generationTypes } from '../../run/run.ts'
import { answered } from './answered.ts'
import { absent, conditionParameters, unchangedSince } from './conditions.ts'
import { counter, instant, plainItem, wellFormed } from './plain-item.ts'
import { readPartition } from './read-partition.ts'
import { type BackOff, retryWrites } from './retry-writes.ts'

/** All plans are small items of one partition, which a sweep reads with one query. */
const plansPartition = 'BACKFILLS'

const PlanItem = z.object({
  sk: wellFormed,
  state: z.enum(backfillStates),
  domainId: wellFormed,
  createdAtMs: instant,
  changedAtMs: instant,
  requests: counter,
  sent: counter,
  lease: z.exactOptional(z.object({ takenAtVersion: counter, untilMs: instant })),
  version: counter,
})

const ChunkItem = z.object({
  entries: z.array(
    z.object({
      assetId: wellFormed,
      projectId: wellFormed,
      revision: wellFormed,
      types: z.array(z.enum(generationTypes)),
    }),
  ),
})

/** A plan may wait for many months; what it has sent is of no use after that. */
const keptSeconds = 2 * 365 * 24 * 3600

const ttl = ({ createdAtMs }: BackfillPlan) => ({
  ttlEpochSeconds: Math.floor(createdAtMs / 1000) + keptSeconds,
})

/** The key includes the creation time, so a new plan of the same name does not share chunks with the old one. */
const chunkKey = ({ name, createdAtMs }: BackfillPlan, chunk: number) => ({
  pk: `BACKFILL#${name}#${createdAtMs}`,
  sk: `CHUNK#${String(chunk).padStart(6, '0')}`,
})

const planOf = (item: unknown, nowMs: number, report: ReportMalformedItem): readonly BackfillPlan[] => {
  const parsed = z.safeParse(PlanItem, item)
  if (parsed.success) {
    const { sk: name, ...fields } = parsed.data
    const plan = { name, ...fields }
    if (!isLeasedFarAhead(plan, nowMs)) return [plan]
    report({ pk: plansPartition, sk: name }, 'has a lease far ahead of the clock; it counts as over')
    const { lease: _, ...free } = plan
    return [free]
  }
  const key = z.safeParse(z.object({ sk: z.string() }), item)
  report({ pk: plansPartition, sk: key.data?.sk ?? '' }, 'is not a valid backfill plan; it is left out')
  return []
}

const asPort = async <T>(call: () => Promise<T>): Promise<T> => {
  try {
    return await call()
  } catch (error) {
    throw new PortUnavailable('table', error)
  }
}

interface PlanOptions {
  readonly backOff?: BackOff
  readonly report?: ReportMalformedItem
  /** The current time, in ms since the epoch (default: the clock of the machine). */
  readonly now?: () => number
}

/** The list of plans. */
const planItems = (
  client: DynamoDBClient,
  table: string,
  { backOff, report = () => {}, now = Date.now }: PlanOptions,
): Pick<BackfillPlans, 'all' | 'replace'> => ({
  all: () =>
    asPort(async () =>
      (await readPartition(client, table, plansPartition)).flatMap((item) => planOf(item, now(), report)),
    ),

  async replace(plan, read) {
    const next = { ...plan, version: (read?.version ?? 0) + 1 }
    const { name, ...fields } = next
    const command = new PutItemCommand({
      TableName: table,
      Item: marshall({ pk: plansPartition, sk: name, ...fields, ...ttl(next) }),
      ...conditionParameters(read === undefined ? absent : unchangedSince(read.version)),
    })
    const done = await answered(retryWrites(backOff)(() => client.send(command)))
    return done === undefined ? undefined : next
  },
})

/** The requests of a plan, in chunks. */
const chunkItems = (
  client: DynamoDBClient,
  table: string,
  { backOff }: PlanOptions,
): Pick<BackfillPlans, 'putChunk' | 'chunk'> => ({
  putChunk: (plan, chunk, entries) =>
    asPort(async () => {
      const item = { ...chunkKey(plan, chunk), entries: entries.map((entry) => ({ ...entry })), ...ttl(plan) }
      const command = new PutItemCommand({ TableName: table, Item: marshall(item) })
      await retryWrites(backOff)(() => client.send(command))
    }),

  chunk: (plan, chunk) =>
    asPort(async () => {
      const Key = marshall(chunkKey(plan, chunk))
      const { Item } = await client.send(new GetItemCommand({ TableName: table, ConsistentRead: true, Key }))
      const parsed = z.safeParse(ChunkItem, Item === undefined ? undefined : plainItem(Item))
      return parsed.data?.entries
    }),
})

/** The backfill plans as items of the run table. */
export const dynamoDbBackfillPlans = (
  client: DynamoDBClient,
  table: string,
  options: PlanOptions = {},
): BackfillPlans => ({ ...planItems(client, table, options), ...chunkItems(client, table, options) })
