import type { Catalogue } from '../datazone/input/catalogue.ts'
import { accountId } from '../datazone/world/account.ts'
import { draw } from '../datazone/world/random.ts'
import { tpcDsTables } from './tpc-ds.ts'

type Domain = Catalogue['domains'][number]
type Asset = Domain['assets'][number]
type Column = Asset['columns'][number]

/** The id of the only domain in the sample catalogue. */
export const sampleDomainId = 'dzd_sample1234567'

const sales = { id: 'salesproject01', name: 'Sales' }
const reference = { id: 'refdataproj001', name: 'Reference data' }

const isFact = (table: string): boolean => /_(sales|returns)$/.test(table) || table === 'inventory'

const asset = (id: string, projectId: string, name: string, columns: Column[]): Asset => ({
  id,
  projectId,
  name,
  typeIdentifier: 'amazon.datazone.GlueTableAssetType',
  revision: '1',
  columns,
  externalIdentifier: `arn:aws:glue:us-east-1:${accountId}:table/${projectId}/${name}`,
})

/** Splits columns at commas followed by a space, which leaves the comma in `decimal(7,2)`. */
const columnsOf = (text: string): Column[] =>
  text.split(/,\s+/).map((column) => {
    const [name = '', dataType = ''] = column.trim().split(' ')
    return { name, dataType }
  })

const tpcDsAssets = Object.entries(tpcDsTables).map(([table, columns]) =>
  asset(`tpcds_${table}`, (isFact(table) ? sales : reference).id, table, columnsOf(columns)),
)

const nouns = ['order', 'payment', 'shipment', 'invoice', 'session', 'ticket', 'contract', 'device'] as const
const kinds = ['daily', 'history', 'snapshot', 'detail'] as const
const fields: readonly Column[] = [
  { name: 'id', dataType: 'bigint' },
  { name: 'status_cd', dataType: 'string' },
  { name: 'created_ts', dataType: 'timestamp' },
  { name: 'updated_ts', dataType: 'timestamp' },
  { name: 'amt', dataType: 'decimal(18,2)' },
  { name: 'ccy_cd', dataType: 'char(3)' },
  { name: 'cust_id', dataType: 'bigint' },
  { name: 'region_cd', dataType: 'string' },
  { name: 'is_active_flg', dataType: 'boolean' },
  { name: 'qty', dataType: 'int' },
]

const pick = <Item>(items: readonly [Item, ...Item[]], ...key: unknown[]): Item =>
  items[Math.floor(draw('sample', ...key) * items.length)] ?? items[0]

const syntheticAsset = (number: number): Asset => {
  const digits = String(number).padStart(6, '0')
  const noun = pick(nouns, 'noun', number)
  const name = `${noun}_${pick(kinds, 'kind', number)}_${digits}`
  const columns = fields
    .slice(0, 3 + Math.floor(draw('sample', 'columns', number) * (fields.length - 2)))
    .map(({ name: field, dataType }) => ({ name: `${noun}_${field}`, dataType }))
  return asset(`synthetic_${digits}`, (number % 2 === 0 ? sales : reference).id, name, columns)
}

/**
 * Returns `assets` sample assets, always the same ones: the 24 tables of TPC-DS, then synthetic tables. All are Glue
 * tables, in two projects of one domain. A smaller catalogue is a prefix of a larger one.
 */
export const sampleCatalogue = (assets: number): Catalogue => {
  const synthetic = Array.from({ length: Math.max(0, assets - tpcDsAssets.length) }, (_, index) =>
    syntheticAsset(tpcDsAssets.length + index + 1),
  )
  const domain = { id: sampleDomainId, projects: [sales, reference] }
  return { domains: [{ ...domain, assets: [...tpcDsAssets, ...synthetic].slice(0, assets) }] }
}
