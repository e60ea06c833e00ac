import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import * as z from 'zod/mini'
import { PortUnavailable } from '../../errors.ts'
import type { SweepHistory, SweepLog } from '../../ports/sweep-log.ts'
import { modes } from '../../run/mode.ts'
import { generationTypes } from '../../run/run.ts'
import { counter, instant } from './plain-item.ts'
import { readPartition } from './read-partition.ts'

/** One item of the table, overwritten by each sweep: one to three write units a minute. */
const partition = 'SWEEP'

export const dynamoDbSweepLog = (client: DynamoDBClient, table: string): SweepLog => ({
  async record(sweep) {
    try {
      const Item = marshall({ pk: partition, sk: 'LAST', ...sweep }, { removeUndefinedValues: true })
      await client.send(new PutItemCommand({ TableName: table, Item }))
    } catch {
      // The sweep has done its work; until the next one, dzrun status shows the sweep before.
    }
  },
})

const text = z.exactOptional(z.string())
const limit = z.exactOptional(z.number())
const SweepItem = z.object({
  startedAtMs: instant,
  tookMs: z.number(),
  mode: z.enum(modes),
  caps: z.array(
    z.object({
      name: z.string(),
      domain: text,
      project: text,
      type: z.exactOptional(z.enum(generationTypes)),
      perDay: limit,
      perMonth: limit,
      reserveForLive: limit,
    }),
  ),
  defaultTypes: z.exactOptional(z.array(z.enum(generationTypes))),
  startRatePerSecond: limit,
  due: counter,
  announced: counter,
  released: counter,
  parked: z.exactOptional(z.record(z.string(), counter)),
  nextAtMs: z.exactOptional(z.record(z.string(), instant)),
  unreadable: counter,
  outOfTime: z.boolean(),
  problems: z.array(z.string()),
})

/** The last sweep, read for operators. */
export const dynamoDbSweepHistory = (client: DynamoDBClient, table: string): SweepHistory => ({
  async last() {
    try {
      const [item] = await readPartition(client, table, partition)
      return z.safeParse(SweepItem, item).data
    } catch (error) {
      throw new PortUnavailable('table', error)
    }
  },
})
