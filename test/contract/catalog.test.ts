import { DataZoneClient, RejectPredictionsCommand } from '@aws-sdk/client-datazone'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dataZoneCatalog } from '../../lib/adapters/datazone/catalog.ts'
import { dataZoneGateway } from '../../lib/adapters/datazone/gateway.ts'
import type { Catalog, CatalogPage } from '../../lib/ports/catalog.ts'
import type { Answer } from '../../lib/ports/datazone.ts'
import { type DataZoneServer, startDataZoneServer } from '../../local/datazone/http/server.ts'
import { listen } from '../../local/servers/http.ts'
import { minute, t0 } from '../support/runs.ts'
import { startInput } from './datazone-under-test.ts'

const domainId = 'dzd_catalog1234'

const answered = <T>(answer: Answer<T>): T => {
  if (answer.outcome === 'refused') throw new Error(`refused: ${answer.refusal.name}`)
  return answer.value
}

const clientOf = (endpoint: string): DataZoneClient =>
  new DataZoneClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  })

const assetNamed = (id: string, over: object = {}) => ({
  id,
  projectId: 'project1',
  name: `table ${id}`,
  typeIdentifier: 'amazon.datazone.GlueTableAssetType',
  revision: '1',
  columns: [{ name: 'id', dataType: 'bigint' }],
  ...over,
})

describe('dataZoneCatalog on the simulator', () => {
  let server: DataZoneServer
  let client: DataZoneClient
  let catalog: Catalog
  let nowMs = t0
  beforeEach(async () => {
    nowMs = t0
    server = await startDataZoneServer({ seed: 'catalog', now: () => nowMs, failureShare: 0, sigma: 0 })
    client = clientOf(server.endpoint)
    catalog = dataZoneCatalog(client)
    server.datazone.control.loadCatalogue({
      domains: [
        {
          id: domainId,
          projects: [
            { id: 'project1', name: 'one' },
            { id: 'project2', name: 'two' },
          ],
          assets: [
            ...Array.from({ length: 59 }, (_, index) => assetNamed(`asset-${index}`)),
            assetNamed('asset-59', { listing: 'NONE' }),
            assetNamed('described', { description: 'One row for each order.' }),
            assetNamed('elsewhere', { projectId: 'project2', listing: 'NONE' }),
          ],
        },
      ],
    })
  })
  afterEach(async () => {
    client.destroy()
    await server.stop()
  })

  const pages = async (read: (token: string | undefined) => Promise<Answer<CatalogPage>>) => {
    const all: CatalogPage[] = []
    let token: string | undefined
    do {
      const page = answered(await read(token))
      all.push(page)
      token = page.nextToken
    } while (token !== undefined)
    return all
  }

  test('lists published assets page by page, with their revisions and whether they have a description', async () => {
    const all = await pages((token) => catalog.listings(domainId, token))
    expect(all.map(({ assets, total }) => [assets.length, total])).toEqual([
      [50, 60],
      [10, 60],
    ])
    const assets = all.flatMap((page) => page.assets)
    expect(assets.find(({ assetId }) => assetId === 'described')).toEqual({
      assetId: 'described',
      projectId: 'project1',
      typeIdentifier: 'amazon.datazone.GlueTableAssetType',
      name: 'table described',
      hasDescription: true,
      revision: '1',
    })
    expect(assets.filter(({ hasDescription }) => hasDescription)).toHaveLength(1)
    expect(assets.some(({ assetId }) => assetId === 'asset-59')).toBe(false)
  })

  test('lists the inventory of a project, unpublished assets included, without revisions', async () => {
    const one = (await pages((token) => catalog.inventory(domainId, 'project1', token))).flatMap(
      ({ assets }) => assets,
    )
    expect(one).toHaveLength(61)
    expect(one.find(({ assetId }) => assetId === 'asset-59')).not.toHaveProperty('revision')
    const two = answered(await catalog.inventory(domainId, 'project2'))
    expect(two.assets).toMatchObject([{ assetId: 'elsewhere', projectId: 'project2', hasDescription: false }])
  })

  test('returns the latest revision, and whether suggestions wait for a decision', async () => {
    const details = { revision: '1', hasDescription: false, hasSuggestions: false }
    expect(answered(await catalog.details(domainId, 'asset-0'))).toEqual(details)
    const datazone = dataZoneGateway({ starts: client, reads: client })
    const input = { ...startInput(), domainId, projectId: 'project1', assetId: 'asset-0' }
    answered(await datazone.startRun({ ...input, types: ['BUSINESS_DESCRIPTIONS'] }, minute))
    nowMs += 10 * minute
    expect(answered(await catalog.details(domainId, 'asset-0'))).toEqual({ ...details, hasSuggestions: true })
    await client.send(
      new RejectPredictionsCommand({
        domainIdentifier: domainId,
        identifier: 'asset-0',
        rejectRule: { rule: 'ALL', threshold: 1 },
      }),
    )
    expect(answered(await catalog.details(domainId, 'asset-0'))).toEqual(details)
  })

  test('classifies refusals', async () => {
    expect(await catalog.details(domainId, 'nothing')).toMatchObject({ refusal: { kind: 'NOT_FOUND' } })
    expect(await catalog.listings('dzd_nothing')).toMatchObject({ refusal: { kind: 'NOT_FOUND' } })
    expect(await catalog.inventory(domainId, 'project1', 'no token')).toMatchObject({
      refusal: { kind: 'INVALID' },
    })
  })
})

describe('dataZoneCatalog with unreadable fields (P8)', () => {
  const answering = async <T>(body: object, read: (catalog: Catalog) => Promise<T>) => {
    const server = await listen('a front door', (request, response) => {
      request.resume()
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
    const client = clientOf(server.endpoint)
    const fields: string[] = []
    const result = await read(dataZoneCatalog(client, (_, paths) => void fields.push(...paths)))
    client.destroy()
    await server.close()
    return { result, fields }
  }

  test('drops an item only if its id or project is unreadable', async () => {
    const items = [
      { assetListing: { entityId: 'a', owningProjectId: 'p', name: 7, createdAt: 'yesterday' } },
      { assetListing: { owningProjectId: 'p' } },
      { dataProductListing: { entityId: 'b' } },
    ]
    const { result, fields } = await answering({ items }, (catalog) => catalog.listings(domainId))
    expect(result).toMatchObject({
      value: { assets: [{ assetId: 'a', projectId: 'p', name: '' }], unreadableItems: 2 },
    })
    expect(fields).toEqual(['name'])
  })

  test.each([
    ['suggestions', 'a form that has some', JSON.stringify({ fieldSuggestions: [{}] }), true],
    ['no suggestions', 'an empty form', JSON.stringify({ fieldSuggestions: [] }), false],
    ['suggestions', 'a form that is not JSON', 'soon', true],
    ['suggestions', 'a form of another shape', '{}', true],
  ])('finds %s in %s', async (_found, _form, content, hasSuggestions) => {
    const readOnlyFormsOutput = [
      { formName: 'other', typeName: 'amazon.datazone.Other' },
      { formName: 'SuggestionForm', typeName: 'amazon.datazone.SuggestionFormType', content },
    ]
    const { result } = await answering({ revision: '3', readOnlyFormsOutput }, (catalog) =>
      catalog.details(domainId, 'a'),
    )
    expect(result).toMatchObject({ value: { revision: '3', hasSuggestions } })
  })
})
