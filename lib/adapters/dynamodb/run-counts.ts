import { type DynamoDBClient, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import * as z from 'zod/mini'
import { PortUnavailable } from '../../errors.ts'
import type { RunCounters, RunCounts } from '../../ports/run-counts.ts'
import type { CountedAs, DayCounts } from '../../run/day-counts.ts'
import { endings } from '../../run/run.ts'
import { counter } from './plain-item.ts'
import { readPartition } from './read-partition.ts'

/**
 * `COUNTS#<day>` with `<domain>#<project>` holds a count for each ending, so that a day of 1,000 projects is read with
 * about 20 units. `DOMAINS` with the id of a domain lists the domains.
 */
const partitionOf = (day: string): string => `COUNTS#${day}`
const domainsPartition = 'DOMAINS'

const keptMs = 400 * 24 * 3_600_000

const names: readonly CountedAs[] = [...endings, 'STARTED']

const updateParameters = (table: string, { day, domainId, projectId, counts }: DayCounts) => {
  const counted = names.flatMap((name) => (counts[name] === undefined ? [] : [[name, counts[name]] as const]))
  return {
    TableName: table,
    Key: marshall({ pk: partitionOf(day), sk: `${domainId}#${projectId}` }),
    UpdateExpression: `SET ttlEpochSeconds = :ttl ADD ${counted.map(([name]) => `#${name} :${name}`).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(counted.map(([name]) => [`#${name}`, name])),
    ExpressionAttributeValues: marshall({
      ':ttl': Math.floor((Date.parse(day) + keptMs) / 1000),
      ...Object.fromEntries(counted.map(([name, count]) => [`:${name}`, count])),
    }),
  }
}

/** The counters as items of the table: one write unit for each project and day of an `add`. */
export const dynamoDbRunCounters = (client: DynamoDBClient, table: string): RunCounters => {
  const knownDomains = new Set<string>()

  const noteDomain = async (domainId: string): Promise<void> => {
    if (knownDomains.has(domainId)) return
    await client.send(
      new PutItemCommand({ TableName: table, Item: marshall({ pk: domainsPartition, sk: domainId }) }),
    )
    knownDomains.add(domainId)
  }

  return {
    async add(counts) {
      try {
        for (const one of counts) {
          await client.send(new UpdateItemCommand(updateParameters(table, one)))
          await noteDomain(one.domainId)
        }
      } catch {
        // The runs have ended and are announced; only a count is lost.
      }
    },
  }
}

const count = z.exactOptional(counter)
const CountsItem = z.object({
  sk: z.string(),
  SUCCEEDED: count,
  PARTIALLY_SUCCEEDED: count,
  FAILED: count,
  CANCELED: count,
  TIMED_OUT: count,
  LOST: count,
  REJECTED: count,
  STARTED: count,
})
const DomainItem = z.object({ sk: z.string() })

/** The counters, read for operators. An item that cannot be read is left out. */
export const dynamoDbRunCounts = (client: DynamoDBClient, table: string): RunCounts => {
  const itemsOf = async (partition: string): Promise<readonly unknown[]> => {
    try {
      return await readPartition(client, table, partition)
    } catch (error) {
      throw new PortUnavailable('table', error)
    }
  }
  return {
    ofDay: async (day) =>
      (await itemsOf(partitionOf(day))).flatMap((item) => {
        const read = z.safeParse(CountsItem, item)
        if (!read.success) return []
        const { sk, ...counts } = read.data
        const [domainId = '', projectId = ''] = sk.split('#')
        return [{ day, domainId, projectId, counts }]
      }),
    domains: async () =>
      (await itemsOf(domainsPartition)).flatMap((item) => {
        const read = z.safeParse(DomainItem, item)
        return read.success ? [read.data.sk] : []
      }),
  }
}
