import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sampleCatalogue } from '../../../local/catalogue/catalogue.ts'
import { createDataZone } from '../../../local/datazone/datazone.ts'

const assetsOf = (count: number) => sampleCatalogue(count).domains.flatMap(({ assets }) => assets)

/** The number of columns of each table in the TPC-DS specification. */
const tpcDsColumns = {
  call_center: 31,
  catalog_page: 9,
  catalog_returns: 27,
  catalog_sales: 34,
  customer: 18,
  customer_address: 13,
  customer_demographics: 9,
  date_dim: 28,
  household_demographics: 5,
  income_band: 3,
  inventory: 4,
  item: 22,
  promotion: 19,
  reason: 3,
  ship_mode: 6,
  store: 29,
  store_returns: 20,
  store_sales: 23,
  time_dim: 10,
  warehouse: 14,
  web_page: 14,
  web_returns: 24,
  web_sales: 34,
  web_site: 26,
}

describe('sampleCatalogue', () => {
  test('has the 24 tables of TPC-DS with all their columns, in two projects', () => {
    const assets = assetsOf(24)
    expect(Object.fromEntries(assets.map(({ name, columns }) => [name, columns.length]))).toEqual(
      tpcDsColumns,
    )
    const types = assets.flatMap(({ columns }) => columns.map(({ dataType }) => dataType))
    expect(
      types.filter((type) => !/^(int|bigint|date|(var)?char\(\d+\)|decimal\(\d+,2\))$/.test(type)),
    ).toEqual([])
    for (const { columns } of assets)
      expect(new Set(columns.map(({ name }) => name)).size).toBe(columns.length)
    expect(new Set(assets.map(({ projectId }) => projectId)).size).toBe(2)
  })

  test('builds a catalogue of any size, the same each time, with which every larger one begins', () => {
    fc.assert(
      fc.property(fc.nat(300), (count) => {
        const { control } = createDataZone({ seed: 1, now: () => 0 })
        expect(control.loadCatalogue(sampleCatalogue(count))).toEqual({ domains: 1, assets: count })
        expect(assetsOf(count)).toEqual(assetsOf(count + 40).slice(0, count))
      }),
      { numRuns: 20 },
    )
  })
})
