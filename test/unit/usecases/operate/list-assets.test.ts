import { describe, expect, test } from 'vitest'
import { CatalogRefused } from '../../../../lib/errors.ts'
import { type ListedPage, listAssets } from '../../../../lib/usecases/operate/list-assets.ts'
import { pacedCalls } from '../../../../lib/usecases/operate/paced-calls.ts'
import { manualClock } from '../../../support/manual-clock.ts'
import { memoryCatalog } from '../../../support/memory-catalog.ts'

/** Returns a catalog of six assets, alternately of two projects, two per page. The last two are not published. */
const catalogOf = (idAt: (index: number) => string = (index) => `asset-${index}`) =>
  memoryCatalog(
    (index) => ({
      assetId: idAt(index),
      name: `table_${index}`,
      projectId: index % 2 === 0 ? 'sales' : 'refdata',
      typeIdentifier: 'amazon.datazone.GlueTableAssetType',
      hasDescription: false,
      revision: '1',
      isPublished: index < 4,
    }),
    6,
    2,
  )

const list = async (
  enumeration: Partial<Parameters<typeof listAssets>[0]> = {},
  catalog: ReturnType<typeof catalogOf> = catalogOf(),
) => {
  const given = { domainId: 'dzd_orders', inventory: false, ...enumeration }
  const pages: ListedPage[] = []
  for await (const page of listAssets(given, catalog, pacedCalls(manualClock()))) pages.push(page)
  return { pages, ids: pages.flatMap(({ assets }) => assets.map(({ assetId }) => assetId)) }
}

describe('listAssets', () => {
  test('lists the published assets of every project, with the total on the first page', async () => {
    const { ids, pages } = await list()
    expect(ids).toEqual(['asset-0', 'asset-1', 'asset-2', 'asset-3'])
    expect(pages.map(({ total }) => total)).toEqual([6, undefined, undefined])
  })

  test('leaves out the assets of other projects, and the total that counts them', async () => {
    const { ids, pages } = await list({ projects: ['sales'] })
    expect(ids).toEqual(['asset-0', 'asset-2'])
    expect(pages[0]).not.toHaveProperty('total')
  })

  test('searches each named project for unpublished assets too', async () => {
    const { ids } = await list({ projects: ['refdata'], inventory: true })
    expect(ids).toEqual(['asset-1', 'asset-3', 'asset-5'])
  })

  test('searches the projects that own a published asset when none is named', async () => {
    const { ids } = await list({ inventory: true })
    expect(ids.toSorted()).toEqual(['asset-0', 'asset-1', 'asset-2', 'asset-3', 'asset-4', 'asset-5'])
  })

  test('yields an asset that a page repeats only once', async () => {
    const { ids } = await list(
      {},
      catalogOf((index) => `asset-${index === 2 ? 1 : index}`),
    )
    expect(ids).toEqual(['asset-0', 'asset-1', 'asset-3'])
  })

  test('throws the refusal of DataZone, with the name of the call', async () => {
    const catalog = catalogOf()
    catalog.refuses = (call) => (call === 'listings 2' ? 'DENIED' : undefined)
    const refusal = await list({}, catalog).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(CatalogRefused)
    expect(refusal).toMatchObject({ kind: 'DENIED', message: expect.stringContaining('SearchListings') })
  })
})
