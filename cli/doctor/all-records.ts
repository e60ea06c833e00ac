import { DescribeTableCommand, paginateScan } from '@aws-sdk/client-dynamodb'
import { plainItem } from '../../lib/adapters/dynamodb/plain-item.ts'
import { parseItem } from '../../lib/adapters/dynamodb/run-item.ts'
import type { Finding } from '../../lib/usecases/inspect/diagnose.ts'
import type { connect } from '../connect.ts'
import type { OutputFlags } from '../output.ts'
import { progressOf } from '../progress.ts'

const shown = 20
const check = 'all records'
const fix =
  'a newer version wrote it, or it was changed by hand; deploy the newer version, or repair the record'

/** Reads the whole table for records that this version cannot read. The only command that scans. */
export const allRecords = async (
  { client, location }: Pick<Awaited<ReturnType<typeof connect>>, 'client' | 'location'>,
  flags: OutputFlags,
): Promise<readonly Finding[]> => {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: location.tableName }))
  const progress = progressOf('items read', flags)
  const bad: string[] = []
  let [items, records, badCount] = [0, 0, 0]
  try {
    for await (const page of paginateScan({ client }, { TableName: location.tableName })) {
      for (const item of page.Items ?? []) {
        if (!/^(RUN|REQUEST|FOREIGN)#/.test(item['sk']?.S ?? '')) continue
        records += 1
        const parsed = parseItem(plainItem(item))
        if (!('problem' in parsed)) continue
        badCount += 1
        if (bad.length < shown) bad.push(`${parsed.key.partition} ${parsed.key.record}: it ${parsed.problem}`)
      }
      items += page.Items?.length ?? 0
      // DynamoDB counts the items of a table every six hours.
      progress.report(items, Math.max(items, Table?.ItemCount ?? 0))
    }
  } finally {
    progress.end()
  }
  if (badCount === 0) return [{ check, severity: 'ok', found: `${records} read` }]
  const more = badCount - bad.length
  return [
    ...bad.map((found): Finding => ({ check, severity: 'error', found, fix })),
    ...(more > 0 ? [{ check, severity: 'error' as const, found: `${more} more` }] : []),
  ]
}
