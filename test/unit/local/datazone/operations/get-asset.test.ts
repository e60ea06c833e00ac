import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sampleCatalogue, sampleDomainId } from '../../../../../local/catalogue/catalogue.ts'
import { createDataZone } from '../../../../../local/datazone/datazone.ts'
import { errorOf, outputOf, salesProject, storeSales, testWorld } from '../test-world.ts'

const assetsOf = (count: number) => sampleCatalogue(count).domains.flatMap(({ assets }) => assets)

/** How many columns the TPC-DS specification gives each table. */
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

describe('GetAsset and the catalogue', () => {
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

  test('loads a sample of any size, which is the same each time and the beginning of a larger one', () => {
    fc.assert(
      fc.property(fc.nat(300), (count) => {
        const { control } = createDataZone({ seed: 1, now: () => 0 })
        expect(control.loadCatalogue(sampleCatalogue(count))).toEqual({ domains: 1, assets: count })
        expect(assetsOf(count)).toEqual(assetsOf(count + 40).slice(0, count))
      }),
      { numRuns: 20 },
    )
  })

  test('refuses a wrong catalogue by field, and keeps the one before', () => {
    const world = testWorld()
    const asset = { id: 'a', projectId: 'p', name: 'A', typeIdentifier: 'T', columns: [] }
    const load = (domain: object) => () =>
      world.control.loadCatalogue({
        domains: [{ id: 'dzd_a', projects: [{ id: 'p', name: 'P' }], assets: [], ...domain }],
      })
    expect(load({ id: 'domain' })).toThrow(/domains\[0\]\.id: .*DomainId/)
    expect(load({ assets: [{ ...asset, projectId: 'q' }] })).toThrow(/assets\[0\]\.projectId: 'q'.*add it/)
    expect(load({ assets: [asset, asset] })).toThrow(/assets\[1\]\.id: duplicate id 'a'/)
    const project = { id: 'p', name: 'P' }
    expect(load({ projects: [project, project] })).toThrow(/projects\[1\]\.id: duplicate id 'p'/)
    const source = { id: 's', projectId: 'p', name: 'S' }
    expect(load({ dataSources: [source, source] })).toThrow(/dataSources\[1\]\.id: duplicate id 's'/)
    const domains = [1, 2].map(() => ({ id: 'dzd_a', projects: [project], assets: [asset] }))
    expect(() => world.control.loadCatalogue({ domains })).toThrow(/domains\[1\]\.id: duplicate id 'dzd_a'/)
    expect(load({ assets: [{ ...asset, id: 'a b' }] })).toThrow(/assets\[0\]\.id/)
    expect(errorOf(world.asset(storeSales))).toBe('ok')
  })

  test('answers the asset with its forms and listing', () => {
    const asset = outputOf(testWorld().asset(storeSales))
    expect(asset).toMatchObject({
      id: storeSales,
      name: 'store_sales',
      revision: '1',
      owningProjectId: salesProject,
      typeIdentifier: 'amazon.datazone.GlueTableAssetType',
      listing: { listingStatus: 'ACTIVE' },
      readOnlyFormsOutput: undefined,
    })
    const glue = asset.formsOutput.find(({ typeName }) => typeName === 'amazon.datazone.GlueTableFormType')
    const content = JSON.parse(glue?.content ?? '{}')
    expect(content).toMatchObject({ tableName: 'store_sales' })
    expect(content.columns).toHaveLength(23)
    expect(content.columns[0]).toEqual({ columnName: 'ss_sold_date_sk', dataType: 'int' })
  })

  test('shows the suggestions of a run on the revision that it ran for, once it has succeeded', () => {
    const world = testWorld()
    outputOf(world.start(storeSales))
    const suggested = (revision?: string) =>
      outputOf(world.asset(storeSales, revision ? { revision } : {})).readOnlyFormsOutput
    expect(suggested()).toBeUndefined()
    world.clock.ms += 3_600_000
    const [form, ...others] = suggested() ?? []
    expect([form?.formName, form?.typeName, others]).toEqual([
      'SuggestionForm',
      'amazon.datazone.SuggestionFormType',
      [],
    ])
    const confidence = expect.any(Number)
    expect(JSON.parse(form?.content ?? '').fieldSuggestions).toEqual(
      expect.arrayContaining([
        {
          fieldPath: 'summary',
          suggestions: [{ value: 'Store Sales: one row for each entry.', confidence }],
        },
        { fieldPath: 'columns[2].businessName', suggestions: [{ value: 'Ss Item Sk', confidence }] },
      ]),
    )
    world.control.addRevision({ domainId: sampleDomainId, assetId: storeSales, name: 'store_sales_2' })
    expect(suggested()).toBeUndefined()
    expect(suggested('1')).toEqual([form])
  })

  test('suggests nothing for a failed run', () => {
    const world = testWorld({ failureShare: 1 })
    world.start(storeSales)
    world.clock.ms += 3_600_000
    expect(outputOf(world.asset(storeSales)).readOnlyFormsOutput).toBeUndefined()
  })

  test('keeps revisions, and answers a new one as the latest', () => {
    const world = testWorld()
    const createdAt = new Date(world.clock.ms)
    world.clock.ms += 5000
    const given = { domainId: sampleDomainId, assetId: storeSales }
    expect(
      world.control.addRevision({ ...given, revision: '7', columns: [{ name: 'x', dataType: 'int' }] })
        .revision,
    ).toBe('7')
    expect(world.control.addRevision(given).revision).toBe('8')
    const seen = (more: object) => outputOf(world.asset(storeSales, more))
    expect(seen({})).toMatchObject({
      revision: '8',
      createdAt: new Date(world.clock.ms),
      firstRevisionCreatedAt: createdAt,
    })
    expect(seen({ revision: '1' })).toMatchObject({ revision: '1', createdAt })
    expect(errorOf(world.asset(storeSales, { revision: '2' }))).toBe('ResourceNotFoundException')
    expect(() => world.control.addRevision({ ...given, revision: '7' })).toThrow(
      /revision: .*already has '7'/,
    )
    expect(() => world.control.addRevision({ ...given, assetId: 'nothing' })).toThrow(/assetId: 'nothing'/)
  })

  test('refuses a setting out of range by name', () => {
    const make = (settings: object) => () => createDataZone({ seed: 1, now: () => 0, ...settings })
    expect(make({ speed: 0 })).toThrow(/speed/)
    expect(make({ failureShare: 0.9, partialShare: 0.2 })).toThrow(/add up to more than 1/)
    expect(make({ sped: 2 })).toThrow(/sped/)
  })
})
