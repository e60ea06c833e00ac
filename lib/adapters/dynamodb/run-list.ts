import { type DynamoDBClient, paginateQuery, type QueryCommandInput } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import * as z from 'zod/mini'
import { PortUnavailable } from '../../errors.ts'
import type { RunList, RunListQuery } from '../../ports/run-list.ts'
import { generationTypes } from '../../run/run.ts'
import type { RunSummary } from '../../run/run-summary.ts'
import { instant, plainItem } from './plain-item.ts'

const text = z.exactOptional(z.string())
const time = z.exactOptional(instant)

const SummaryItem = z.object({
  sk: z.string(),
  domainStatus: z.string(),
  updatedAt: z.number(),
  domainId: z.string(),
  projectId: z.string(),
  projectName: text,
  assetId: text,
  assetName: text,
  revision: text,
  types: z.exactOptional(z.array(z.enum(generationTypes))),
  dataSourceId: text,
  triggerKey: text,
  attempt: z.number(),
  reason: text,
  runId: text,
  error: z.exactOptional(z.object({ name: z.string(), message: z.string() })),
  nativeStatus: text,
  createdAtMs: time,
  startedAtMs: time,
  detectedAtMs: time,
})

/** Skips an item that this version cannot read: only operators read this index, and `dzrun get` shows the problem. */
const summaryOf = (item: unknown): readonly RunSummary[] => {
  const parsed = z.safeParse(SummaryItem, item)
  if (!parsed.success) return []
  const { sk: record, domainStatus, updatedAt, ...summary } = parsed.data
  const status = domainStatus.slice(summary.domainId.length + 1)
  return [{ record, ...summary, status, updatedAtMs: updatedAt }]
}

const parameters = (table: string, query: RunListQuery): QueryCommandInput => ({
  TableName: table,
  IndexName: 'byDomainStatus',
  ScanIndexForward: false,
  KeyConditionExpression: 'domainStatus = :status AND updatedAt BETWEEN :since AND :until',
  ExpressionAttributeValues: marshall({
    ':status': `${query.domainId}#${query.status}`,
    ':since': query.sinceMs ?? 0,
    ':until': (query.beforeMs ?? Number.MAX_SAFE_INTEGER) - 1,
  }),
})

/** The index `byDomainStatus` of the run table, in pages of up to 100 records. */
export const dynamoDbRunList = (client: DynamoDBClient, table: string): RunList => ({
  async *newestFirst(query) {
    try {
      for await (const page of paginateQuery(
        { client, pageSize: query.pageSize ?? 100 },
        parameters(table, query),
      ))
        yield (page.Items ?? []).flatMap((item) => summaryOf(plainItem(item)))
    } catch (error) {
      throw new PortUnavailable('table', error)
    }
  },
})
