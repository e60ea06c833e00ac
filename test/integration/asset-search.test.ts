import { describe, expect, test } from 'vitest'
import { dataZoneAssetSearch } from '../../lib/adapters/datazone/asset-search.ts'
import { CatalogRefused } from '../../lib/errors.ts'
import { startSimulator } from '../support/datazone-simulator.ts'

const domainId = 'dzd_search12345'
const typeIdentifier = 'amazon.datazone.GlueTableAssetType'
const columns = [{ name: 'order_id', dataType: 'bigint' }]
const arn = 'arn:aws:glue:us-east-1:000000000000:table/sales/orders'
const asset = { typeIdentifier, columns, projectId: 'p1' }

const start = async () => {
  const { client, datazone } = await startSimulator()
  datazone.control.loadCatalogue({
    domains: [
      {
        id: domainId,
        projects: [
          { id: 'p1', name: 'Sales' },
          { id: 'p2', name: 'Reference data' },
        ],
        assets: [
          { ...asset, id: 'a1', name: 'orders', externalIdentifier: arn },
          { ...asset, id: 'a2', name: 'orders_2', externalIdentifier: `${arn}_2` },
          { ...asset, id: 'a3', name: 'draft_orders', listing: 'NONE', externalIdentifier: 'db.draft' },
        ],
      },
    ],
  })
  return dataZoneAssetSearch(client)
}

describe('the asset search on the simulator', () => {
  test('finds published assets by text and by external identifier', async () => {
    const search = await start()
    const found = await search.listed(domainId, 'orders')
    expect(found.map(({ assetId }) => assetId)).toEqual(['a1', 'a2'])
    expect(found[0]).toEqual({ assetId: 'a1', name: 'orders', projectId: 'p1', isPublished: true })
    expect(await search.listedAs(domainId, arn, 'orders')).toMatchObject([
      { assetId: 'a1', externalIdentifier: arn },
    ])
  })

  test('finds unpublished assets in the inventory of their project', async () => {
    const search = await start()
    expect(await search.inventory(domainId, 'p1', 'draft_orders')).toEqual([
      {
        assetId: 'a3',
        name: 'draft_orders',
        projectId: 'p1',
        externalIdentifier: 'db.draft',
        isPublished: false,
      },
    ])
    expect(await search.inventory(domainId, 'p2', 'draft_orders')).toEqual([])
  })

  test('reads projects by id and by name, and none for a text that cannot be a name', async () => {
    const search = await start()
    expect(await search.project(domainId, 'p2')).toEqual({ projectId: 'p2', name: 'Reference data' })
    expect(await search.project(domainId, 'p9')).toBeUndefined()
    expect(await search.projects(domainId, 'Sales')).toEqual([{ projectId: 'p1', name: 'Sales' }])
    expect(await search.projects(domainId, "it's")).toEqual([])
    expect(await search.projects(domainId)).toHaveLength(2)
  })

  test('throws CatalogRefused with the kind of the refusal', async () => {
    const search = await start()
    const refused = await search.listed('dzd_unknown', 'orders').catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(CatalogRefused)
    expect(refused).toMatchObject({ kind: 'NOT_FOUND' })
  })
})
