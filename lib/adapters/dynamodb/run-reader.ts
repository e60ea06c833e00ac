import { type DynamoDBClient, QueryCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb'
import type { ReportMalformedItem } from '../../ports/malformed-items.ts'
import type { Records } from '../../ports/run-store.ts'
import { broughtToNow } from '../../run/far-ahead.ts'
import { runKey } from '../../run/identity.ts'
import { present } from '../../run/present.ts'
import { answered } from './answered.ts'
import { dueParameters, farAheadParameters, type Shard } from './run-queries.ts'
import { type Item, parseRecords } from './run-records.ts'

/** Reads the items of queries, page by page. */
export const runReader = (client: DynamoDBClient, table: string, report: ReportMalformedItem) => {
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
    for await (const items of itemPages(parameters)) yield parseRecords(items)
  }

  const allOf = async (parameters: QueryCommandInput): Promise<Item[]> => {
    const all: Item[] = []
    for await (const items of itemPages(parameters)) all.push(...items)
    return all
  }

  /** Reads what is due in a shard of the `work` index, including times so far in the future that they count as due. */
  async function* workBy(shard: Shard, nowMs: number): AsyncGenerator<Records> {
    yield* pages(dueParameters(table, shard, nowMs))
    for await (const page of pages(farAheadParameters(table, shard, nowMs))) {
      if (page.runs.length === 0 && page.unreadable.length === 0) continue
      for (const run of page.runs) {
        const { partition, record } = runKey(run)
        report({ pk: partition, sk: record }, 'has a time far ahead of the clock; it counts as due')
      }
      yield { ...page, runs: page.runs.map((run) => broughtToNow(run, nowMs)) }
    }
  }

  return { itemPages, pages, allOf, workBy }
}
