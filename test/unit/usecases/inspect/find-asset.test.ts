import { describe, expect, test } from 'vitest'
import type { AssetSearch, FoundAsset } from '../../../../lib/ports/asset-search.ts'
import type { DataZone } from '../../../../lib/ports/datazone.ts'
import { findAsset } from '../../../../lib/usecases/inspect/find-asset.ts'

const domainId = 'dzd_sample1234567'

interface Stored extends FoundAsset {
  readonly isDenied?: true
}

const stored = (assetId: string, name: string, projectId: string, more: Partial<Stored> = {}): Stored => ({
  assetId,
  name,
  projectId,
  isPublished: true,
  ...more,
})

const arn = 'arn:aws:glue:eu-central-1:111122223333:table/sales/store_sales'
const assets: readonly Stored[] = [
  stored('5qh2k8c1r0d3xe', 'store_sales', 'p1', { externalIdentifier: arn }),
  stored('6rh2k8c1r0d3xe', 'item', 'p1'),
  stored('7sh2k8c1r0d3xe', 'Item', 'p2'),
  stored('8th2k8c1r0d3xe', 'draft_orders', 'p2', {
    isPublished: false,
    externalIdentifier: 'db.draft_orders',
  }),
  stored('9uh2k8c1r0d3xe', 'secret', 'p2', { isDenied: true }),
]
const projects = [
  { projectId: 'p1', name: 'Sales' },
  { projectId: 'p2', name: 'Reference data' },
]

/** Returns a catalog of five assets in two projects, whose listings show no external identifier, and its calls. */
const catalog = () => {
  const calls: string[] = []
  const matching = (text: string) =>
    assets.filter(({ name }) => name.toLowerCase().includes(text.toLowerCase()))
  const search: AssetSearch = {
    listed: async (_, text) => {
      calls.push('listed')
      return matching(text)
        .filter(({ isPublished }) => isPublished)
        .map(({ externalIdentifier: _, ...listing }) => listing)
    },
    listedAs: async (_, external, text) => {
      calls.push('listedAs')
      return matching(text).filter((one) => one.isPublished && one.externalIdentifier === external)
    },
    inventory: async (_, projectId, text) => {
      calls.push('inventory')
      return matching(text).filter((one) => one.projectId === projectId)
    },
    project: async (_, id) => projects.find(({ projectId }) => projectId === id),
    projects: async (_, name) => projects.filter((one) => name === undefined || one.name === name),
  }
  const getAsset: DataZone['getAsset'] = async (_, assetId) => {
    calls.push('getAsset')
    const found = assets.find((one) => one.assetId === assetId)
    if (found === undefined || found.isDenied) {
      const kind = found === undefined ? 'NOT_FOUND' : 'DENIED'
      return {
        outcome: 'refused',
        refusal: { kind, definite: true, name: kind, message: '', cause: undefined },
      }
    }
    const { name, projectId } = found
    const value = { revision: '1', owningProjectId: projectId, typeIdentifier: 'Table', name }
    return { outcome: 'answered', value }
  }
  return { calls, ports: { search, datazone: { getAsset } } }
}

const find = (named: string, project?: string) =>
  findAsset(named, { domainId, ...(project === undefined ? {} : { project }) }, catalog().ports)

describe('findAsset', () => {
  test.each([
    `${domainId}/5qh2k8c1r0d3xe`,
    `https://${domainId}.datazone.eu-central-1.on.aws/projects/p1/catalog/assets/5qh2k8c1r0d3xe?tab=schema`,
  ])('accepts %s without a call', async (named) => {
    const { calls, ports } = catalog()
    const found = await findAsset(named, { domainId: 'dzd_other' }, ports)
    expect(found).toEqual({ outcome: 'found', asset: { domainId, assetId: '5qh2k8c1r0d3xe' } })
    expect(calls).toEqual([])
  })

  test.each([
    ['5qh2k8c1r0d3xe', undefined],
    ['store_sales', undefined],
    ['STORE_SALES', undefined],
    [arn, undefined],
    ['Sales/store_sales', undefined],
    ['p1/store_sales', undefined],
    ['store_sales', 'Sales'],
  ])('finds %s, with the named project %s', async (named, project) => {
    expect(await find(named, project)).toMatchObject({
      outcome: 'found',
      asset: { domainId, assetId: '5qh2k8c1r0d3xe', name: 'store_sales', projectId: 'p1' },
    })
  })

  test.each(['draft_orders', 'db.draft_orders', 'Reference data/draft_orders'])(
    'finds the unpublished asset %s',
    async (named) => {
      expect(await find(named)).toMatchObject({ outcome: 'found', asset: { assetId: '8th2k8c1r0d3xe' } })
    },
  )

  test('offers every asset that has an ambiguous name, but none of another project', async () => {
    expect(await find('item')).toMatchObject({
      outcome: 'ambiguous',
      candidates: [{ assetId: '6rh2k8c1r0d3xe' }, { assetId: '7sh2k8c1r0d3xe' }],
    })
    expect(await find('Sales/item')).toMatchObject({ outcome: 'found', asset: { assetId: '6rh2k8c1r0d3xe' } })
  })

  test('finds an external identifier only in the named project', async () => {
    expect(await find(arn, 'Sales')).toMatchObject({
      outcome: 'found',
      asset: { assetId: '5qh2k8c1r0d3xe' },
    })
    expect(await find(arn, 'Reference data')).toEqual({ outcome: 'unknown', similar: [] })
    expect(await find('Reference data/store_sales')).toMatchObject({ outcome: 'unknown' })
  })

  test('looks for an unpublished asset in at most fifty projects, or only in the named one', async () => {
    const { calls, ports } = catalog()
    const many = Array.from({ length: 60 }, (_, at) => ({ projectId: `p${at}`, name: `Project ${at}` }))
    const search = { ...ports.search, projects: async () => many }
    await findAsset('no such table', { domainId }, { ...ports, search })
    expect(calls.filter((call) => call === 'inventory')).toHaveLength(50)
    calls.splice(0)
    await findAsset('no such table', { domainId, project: 'p2' }, { ...ports, search })
    expect(calls).toEqual(['listed', 'inventory'])
  })

  test('looks up an external identifier once the names have failed', async () => {
    const { calls, ports } = catalog()
    await findAsset(arn, { domainId }, ports)
    expect(calls).toEqual(['listed', 'listedAs'])
  })

  test('suggests names that contain the text', async () => {
    expect(await find('sales')).toMatchObject({
      outcome: 'unknown',
      id: 'sales',
      similar: [{ name: 'store_sales' }],
    })
    expect(await find('orders', 'no such project')).toEqual({ outcome: 'unknown', id: 'orders', similar: [] })
  })

  test('accepts an id whose asset the caller may not read', async () => {
    expect(await find('9uh2k8c1r0d3xe')).toEqual({
      outcome: 'found',
      asset: { domainId, assetId: '9uh2k8c1r0d3xe' },
    })
  })

  test('spends one call on an id, and two on the name of a published table', async () => {
    const { calls, ports } = catalog()
    await findAsset('5qh2k8c1r0d3xe', { domainId }, ports)
    await findAsset('store_sales', { domainId }, ports)
    expect(calls).toEqual(['getAsset', 'getAsset', 'listed'])
  })
})
