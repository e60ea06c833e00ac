import {
  AcceptPredictionsCommand,
  CreateListingChangeSetCommand,
  GetAssetCommand,
  GetDataSourceCommand,
  GetListingCommand,
  GetProjectCommand,
  ListAssetRevisionsCommand,
  ListDataSourceRunActivitiesCommand,
  ListDataSourcesCommand,
  ListProjectMembershipsCommand,
  ListProjectsCommand,
  paginateListAssetRevisions,
  paginateSearch,
  paginateSearchListings,
  RejectPredictionsCommand,
  SearchCommand,
  SearchListingsCommand,
  StartDataSourceRunCommand,
  StartMetadataGenerationRunCommand,
} from '@aws-sdk/client-datazone'
import { describe, expect, test } from 'vitest'
import type { Catalogue } from '../../local/datazone/input/catalogue.ts'
import { cleanups, clientOf, saying, startSimulator } from '../support/datazone-simulator.ts'

const domainIdentifier = 'dzd_catalogue1'
const typeIdentifier = 'amazon.datazone.GlueTableAssetType'
const columns = [
  { name: 'order_id', dataType: 'bigint' },
  { name: 'amount', dataType: 'decimal(18,2)' },
]

const catalogue: Catalogue = {
  domains: [
    {
      id: domainIdentifier,
      users: [
        { id: 'user-owner', accessKeyIds: ['OWNER'] },
        { id: 'user-viewer', accessKeyIds: ['VIEWER'] },
        { id: 'user-grouped', accessKeyIds: ['GROUPED'], groupIds: ['group-data'] },
      ],
      projects: [
        { id: 'open', name: 'Open' },
        {
          id: 'closed',
          name: 'Closed',
          members: [
            { userId: 'user-owner', designation: 'PROJECT_OWNER' },
            { userId: 'user-viewer', designation: 'PROJECT_CATALOG_VIEWER' },
            { groupId: 'group-data' },
          ],
        },
      ],
      assets: [
        {
          id: 'orders',
          projectId: 'open',
          name: 'orders',
          typeIdentifier,
          columns,
          description: 'What customers bought',
          glossaryTerms: ['revenue'],
        },
        { id: 'returns', projectId: 'open', name: 'returns', typeIdentifier, columns },
        { id: 'drafts', projectId: 'open', name: 'drafts', typeIdentifier, columns, listing: 'NONE' },
        { id: 'old', projectId: 'open', name: 'old', typeIdentifier, columns, listing: 'INACTIVE' },
        { id: 'secrets', projectId: 'closed', name: 'secrets', typeIdentifier, columns },
      ],
      dataSources: [
        { id: 'lake', projectId: 'open', name: 'Lake', tables: 3 },
        { id: 'new', projectId: 'open', name: 'New', status: 'CREATING' },
        { id: 'broken', projectId: 'open', name: 'Broken', type: 'REDSHIFT', status: 'FAILED_CREATION' },
      ],
    },
  ],
}

const startWithCatalogue = async () => {
  let nowMs = 1_700_000_000_000
  const simulator = await startSimulator({ now: () => nowMs, sigma: 0 })
  simulator.datazone.control.loadCatalogue(catalogue)
  return {
    ...simulator,
    pass: (ms: number) => {
      nowMs += ms
    },
  }
}

type Simulator = Awaited<ReturnType<typeof startWithCatalogue>>

const startRun = (client: Simulator['client'], identifier: string, owningProjectIdentifier = 'open') =>
  client.send(
    new StartMetadataGenerationRunCommand({
      domainIdentifier,
      owningProjectIdentifier,
      target: { type: 'ASSET', identifier },
      types: ['BUSINESS_DESCRIPTIONS'],
    }),
  )

describe('SearchListings', () => {
  const names = async ({ client }: Simulator, more: object) => {
    const found = await client.send(new SearchListingsCommand({ domainIdentifier, ...more }))
    return [found.totalMatchCount, found.items?.map((item) => item.assetListing?.name)]
  }

  test('finds published assets only, with their listing, project, description and terms', async () => {
    const simulator = await startWithCatalogue()
    const { items } = await simulator.client.send(new SearchListingsCommand({ domainIdentifier }))
    expect(items?.map((item) => item.assetListing?.entityId)).toEqual(['orders', 'returns', 'secrets'])
    expect(items?.[0]?.assetListing).toMatchObject({
      listingId: expect.stringMatching(/^[a-z0-9]{14}$/),
      listingRevision: '1',
      entityRevision: '1',
      entityType: typeIdentifier,
      owningProjectId: 'open',
      description: 'What customers bought',
      glossaryTerms: [{ name: 'revenue' }],
      createdAt: new Date(1_700_000_000_000),
    })
  })

  test('searches words in names, descriptions, terms and columns, and filters and sorts by attributes', async () => {
    const simulator = await startWithCatalogue()
    expect(await names(simulator, { searchText: 'customers bought' })).toEqual([1, ['orders']])
    expect(await names(simulator, { searchText: 'amou', searchIn: [{ attribute: 'name' }] })).toEqual([0, []])
    expect(
      await names(simulator, { filters: { filter: { attribute: 'owningProjectId', value: 'closed' } } }),
    ).toEqual([1, ['secrets']])
    const or = ['orders', 'secrets'].map((value) => ({ filter: { attribute: 'name', value } }))
    expect(
      await names(simulator, { filters: { or }, sort: { attribute: 'name', order: 'DESCENDING' } }),
    ).toEqual([2, ['secrets', 'orders']])
    await expect(
      names(simulator, { filters: { filter: { attribute: 'color', value: 'red' } } }),
    ).rejects.toMatchObject({ name: 'ValidationException', ...saying("Value at 'filters.filter.attribute'") })
  })

  test('gives forms, match rationale and aggregates when they are requested', async () => {
    const { client } = await startWithCatalogue()
    const { items, aggregates } = await client.send(
      new SearchListingsCommand({
        domainIdentifier,
        searchText: 'orders',
        additionalAttributes: ['FORMS', 'TEXT_MATCH_RATIONALE'],
        aggregations: [{ attribute: 'owningProjectId' }],
      }),
    )
    const { forms, matchRationale } = items?.[0]?.assetListing?.additionalAttributes ?? {}
    expect(JSON.parse(forms ?? '')).toMatchObject({ GlueTableForm: { tableName: 'orders' } })
    expect(matchRationale?.[0]?.textMatches?.[0]).toMatchObject({ attribute: 'name', text: 'orders' })
    expect(aggregates).toEqual([{ attribute: 'owningProjectId', items: [{ value: 'open', count: 1 }] }])
  })

  test('pages through every listing once', async () => {
    const { client } = await startWithCatalogue()
    const seen = []
    for await (const page of paginateSearchListings({ client, pageSize: 2 }, { domainIdentifier }))
      seen.push(...(page.items ?? []).map((item) => item.assetListing?.name))
    expect(seen).toEqual(['orders', 'returns', 'secrets'])
  })

  test('is throttled over 16 calls a second', async () => {
    const { datazone } = await startWithCatalogue()
    const outcomes = Array.from({ length: 17 }, () =>
      datazone.call('SearchListings', { domainIdentifier }),
    ).map((answer) => (answer.outcome === 'error' ? answer.error.name : 'ok'))
    expect(outcomes.indexOf('ThrottlingException')).toBe(16)
  })
})

describe('Search', () => {
  test('finds the whole inventory of a project', async () => {
    const { client } = await startWithCatalogue()
    const input = { domainIdentifier, searchScope: 'ASSET', owningProjectIdentifier: 'open' } as const
    const seen = []
    for await (const page of paginateSearch({ client, pageSize: 3 }, input))
      seen.push(...(page.items ?? []).map((item) => item.assetItem?.identifier))
    expect(seen).toEqual(['orders', 'returns', 'drafts', 'old'])
  })

  test('shows the suggestions that wait, with the forms', async () => {
    const { client, pass } = await startWithCatalogue()
    await startRun(client, 'drafts')
    pass(60_000)
    const { items } = await client.send(
      new SearchCommand({
        domainIdentifier,
        searchScope: 'ASSET',
        owningProjectIdentifier: 'open',
        searchText: 'drafts',
        additionalAttributes: ['FORMS'],
      }),
    )
    expect(items?.[0]?.assetItem?.additionalAttributes?.readOnlyFormsOutput).toMatchObject([
      { formName: 'SuggestionForm' },
    ])
  })

  test('refuses a call without a project, and finds nothing in other scopes', async () => {
    const { client } = await startWithCatalogue()
    await expect(
      client.send(new SearchCommand({ domainIdentifier, searchScope: 'ASSET' })),
    ).rejects.toMatchObject({ name: 'ValidationException', ...saying('owningProjectIdentifier') })
    const glossary = { domainIdentifier, searchScope: 'GLOSSARY', owningProjectIdentifier: 'open' } as const
    expect((await client.send(new SearchCommand(glossary))).items).toEqual([])
  })
})

describe('GetProject and SearchListings of projects', () => {
  test('returns projects by id and by their whole name, also to users who are no members', async () => {
    const { client } = await startWithCatalogue()
    const closed = await client.send(new GetProjectCommand({ domainIdentifier, identifier: 'closed' }))
    expect(closed).toMatchObject({ domainId: domainIdentifier, id: 'closed', name: 'Closed' })
    await expect(
      client.send(new GetProjectCommand({ domainIdentifier, identifier: 'none' })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    const list = async (input: { name?: string; userIdentifier?: string }) =>
      (await client.send(new ListProjectsCommand({ domainIdentifier, ...input }))).items?.map(({ id }) => id)
    expect(await list({})).toEqual(['open', 'closed'])
    expect(await list({ name: 'Open' })).toEqual(['open'])
    expect(await list({ userIdentifier: 'user-owner' })).toEqual(['closed'])
  })
})

describe('a membership', () => {
  test('is listed with its designation, for users and groups', async () => {
    const { client } = await startWithCatalogue()
    const list = (projectIdentifier: string) =>
      client.send(new ListProjectMembershipsCommand({ domainIdentifier, projectIdentifier }))
    expect((await list('open')).members).toEqual([])
    const owner = clientWith('OWNER', (await startWithCatalogue()).endpoint)
    const { members } = await owner.send(
      new ListProjectMembershipsCommand({ domainIdentifier, projectIdentifier: 'closed' }),
    )
    expect(members).toEqual([
      { memberDetails: { user: { userId: 'user-owner' } }, designation: 'PROJECT_OWNER' },
      { memberDetails: { user: { userId: 'user-viewer' } }, designation: 'PROJECT_CATALOG_VIEWER' },
      { memberDetails: { group: { groupId: 'group-data' } }, designation: 'PROJECT_CONTRIBUTOR' },
    ])
  })

  test('decides who may read and who may change something', async () => {
    const { endpoint, datazone } = await startWithCatalogue()
    const [owner, viewer, grouped, stranger] = ['OWNER', 'VIEWER', 'GROUPED', 'STRANGER'].map((key) =>
      clientWith(key, endpoint),
    )
    const get = new GetAssetCommand({ domainIdentifier, identifier: 'secrets' })
    for (const member of [owner, viewer, grouped])
      expect((await member?.send(get))?.owningProjectId).toBe('closed')
    await expect(stranger?.send(get)).rejects.toMatchObject({ name: 'AccessDeniedException' })
    const starts = async (client: typeof owner) =>
      client && (await startRun(client, 'secrets', 'closed').catch(({ name }) => name))
    expect([await starts(stranger), await starts(viewer)]).toEqual([
      'AccessDeniedException',
      'AccessDeniedException',
    ])
    expect(await starts(owner)).toMatchObject({ createdBy: 'user-owner' })
    expect(await starts(grouped)).toBe('ConflictException')
    expect(datazone.control.runs()).toHaveLength(1)
  })
})

const clientWith = (accessKeyId: string, endpoint: string) => {
  const client = clientOf(endpoint, accessKeyId)
  cleanups.push(() => client.destroy())
  return client
}

describe('a suggestion', () => {
  const withSuggestions = async () => {
    const simulator = await startWithCatalogue()
    await startRun(simulator.client, 'orders')
    simulator.pass(60_000)
    const asset = async () =>
      simulator.client.send(new GetAssetCommand({ domainIdentifier, identifier: 'orders' }))
    const waiting = async () => {
      const [form] = (await asset()).readOnlyFormsOutput ?? []
      const { fieldSuggestions } = JSON.parse(form?.content ?? '{"fieldSuggestions":[]}')
      return fieldSuggestions.map(({ fieldPath }: { fieldPath: string }) => fieldPath)
    }
    return { ...simulator, asset, waiting }
  }
  const orders = { domainIdentifier, identifier: 'orders' }

  test('is accepted with all others, in a new revision that the same token answers again', async () => {
    const { client, asset, waiting, datazone, pass } = await withSuggestions()
    const accept = () =>
      client.send(
        new AcceptPredictionsCommand({ ...orders, acceptRule: { rule: 'ALL' }, clientToken: 'accept' }),
      )
    expect(await accept()).toMatchObject({ assetId: 'orders', revision: '2' })
    expect(await accept()).toMatchObject({ revision: '2' })
    const now = await asset()
    expect(now).toMatchObject({ revision: '2', description: 'Orders: one row for each entry.' })
    expect(now.formsOutput?.[0]?.content).toContain('"columnDescription":"Order Id of Orders."')
    expect(await waiting()).toEqual([])
    pass(1000)
    const types = datazone.control.takeEvents().map(({ event }) => event['detail-type'])
    expect(types.filter((type) => type === 'Metadata Generation Accepted')).toHaveLength(1)
  })

  test('is accepted alone, with an edited value, and refused when it is unknown', async () => {
    const { client, asset } = await withSuggestions()
    const accept = (predictionTarget: string, editedValue?: string) =>
      client.send(
        new AcceptPredictionsCommand({
          ...orders,
          acceptChoices: [{ predictionTarget, editedValue }],
        }),
      )
    await expect(accept('columns[9].columnDescription')).rejects.toMatchObject({
      name: 'ValidationException',
      ...saying('acceptChoices.1.member.predictionTarget'),
    })
    await accept('summary', 'Orders of customers')
    expect((await asset()).description).toBe('Orders of customers')
  })

  test('is rejected without a new revision', async () => {
    const { client, asset, waiting } = await withSuggestions()
    const before = await waiting()
    const rejected = await client.send(
      new RejectPredictionsCommand({ ...orders, rejectChoices: [{ predictionTarget: 'summary' }] }),
    )
    expect([rejected.assetRevision, (await asset()).revision]).toEqual(['1', '1'])
    expect(await waiting()).toEqual(before.filter((path: string) => path !== 'summary'))
    await client.send(new RejectPredictionsCommand({ ...orders, rejectRule: { rule: 'ALL' } }))
    expect(await waiting()).toEqual([])
  })
})

describe('a listing', () => {
  test('is published, read, and taken out of the catalog again', async () => {
    const { client, datazone, pass } = await startWithCatalogue()
    const change = (action: 'PUBLISH' | 'UNPUBLISH') =>
      client.send(
        new CreateListingChangeSetCommand({
          domainIdentifier,
          entityIdentifier: 'drafts',
          entityType: 'ASSET',
          action,
        }),
      )
    await expect(change('UNPUBLISH')).rejects.toMatchObject({ name: 'ConflictException' })
    const { listingId: identifier, ...published } = await change('PUBLISH')
    expect(published).toMatchObject({ listingRevision: '1', status: 'ACTIVE' })
    const get = () => client.send(new GetListingCommand({ domainIdentifier, identifier }))
    expect(await get()).toMatchObject({
      status: 'ACTIVE',
      name: 'drafts',
      item: { assetListing: { assetId: 'drafts', assetRevision: '1', owningProjectId: 'open' } },
    })
    await change('UNPUBLISH')
    expect((await get()).status).toBe('INACTIVE')
    pass(1000)
    expect(datazone.control.takeEvents().map(({ event }) => event['detail-type'])).toEqual([
      'Asset Added To Catalog',
      'Asset Unpublished',
    ])
  })

  test('is not found for an asset that never had one', async () => {
    const { client } = await startWithCatalogue()
    await expect(
      client.send(new GetListingCommand({ domainIdentifier, identifier: 'nothing' })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })
})

test('lists every revision with ListAssetRevisions, newest first', async () => {
  const { client, datazone } = await startWithCatalogue()
  for (let more = 0; more < 2; more += 1)
    datazone.control.addRevision({ domainId: domainIdentifier, assetId: 'orders' })
  const seen = []
  const input = { domainIdentifier, identifier: 'orders' }
  for await (const page of paginateListAssetRevisions({ client, pageSize: 2 }, input))
    seen.push(...(page.items ?? []).map(({ revision }) => revision))
  expect(seen).toEqual(['3', '2', '1'])
  await expect(
    client.send(new ListAssetRevisionsCommand({ ...input, identifier: 'nothing' })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
})

describe('a data source', () => {
  test('is listed by project, type, status and name', async () => {
    const { client } = await startWithCatalogue()
    const ids = async (more: object) => {
      const input = { domainIdentifier, projectIdentifier: 'open', ...more }
      return (await client.send(new ListDataSourcesCommand(input))).items?.map(
        ({ dataSourceId }) => dataSourceId,
      )
    }
    expect(await ids({})).toEqual(['lake', 'new', 'broken'])
    expect(await ids({ status: 'READY' })).toEqual(['lake'])
    expect(await ids({ type: 'REDSHIFT' })).toEqual(['broken'])
    expect(await ids({ name: 'New' })).toEqual(['new'])
    expect(await ids({ connectionIdentifier: 'any' })).toEqual([])
  })

  test('shows its status and its last run', async () => {
    const { client, pass } = await startWithCatalogue()
    const get = () => client.send(new GetDataSourceCommand({ domainIdentifier, identifier: 'lake' }))
    expect(await get()).toMatchObject({ status: 'READY', projectId: 'open', type: 'GLUE' })
    await client.send(new StartDataSourceRunCommand({ domainIdentifier, dataSourceIdentifier: 'lake' }))
    expect(await get()).toMatchObject({ status: 'RUNNING', lastRunStatus: 'REQUESTED' })
    pass(3_600_000)
    expect(await get()).toMatchObject({ status: 'READY', lastRunStatus: 'SUCCESS', lastRunAssetCount: 3 })
  })

  test('runs only when it is READY', async () => {
    const { client, datazone } = await startWithCatalogue()
    const start = (dataSourceIdentifier: string) =>
      client.send(new StartDataSourceRunCommand({ domainIdentifier, dataSourceIdentifier }))
    await expect(start('new')).rejects.toMatchObject({
      name: 'ConflictException',
      ...saying('Data source new is CREATING'),
    })
    datazone.control.changeSettings({ sourceNotReady: 'ValidationException' })
    await expect(start('broken')).rejects.toMatchObject({ name: 'ValidationException' })
    datazone.control.setDataSourceStatus({ domainId: domainIdentifier, dataSourceId: 'new', status: 'READY' })
    expect(await start('new')).toMatchObject({ status: 'REQUESTED' })
  })

  test('lists what an ended run did with each table', async () => {
    const { client, pass } = await startWithCatalogue()
    const { id: identifier } = await client.send(
      new StartDataSourceRunCommand({ domainIdentifier, dataSourceIdentifier: 'lake' }),
    )
    const activities = async (status?: 'FAILED') =>
      (await client.send(new ListDataSourceRunActivitiesCommand({ domainIdentifier, identifier, status })))
        .items
    expect(await activities()).toEqual([])
    pass(3_600_000)
    expect(await activities()).toMatchObject(
      ['orders', 'returns', 'drafts'].map((technicalName) => ({
        technicalName,
        dataAssetStatus: 'SUCCEEDED_CREATED',
        projectId: 'open',
      })),
    )
    expect(await activities('FAILED')).toEqual([])
  })
})

describe('an ownership transfer', () => {
  const about = { domainId: domainIdentifier, assetId: 'orders', targetProjectId: 'closed' }

  test('conflicts with changes until it ends, and then the asset is of the new project', async () => {
    const { client, ask, datazone, pass, endpoint } = await startWithCatalogue()
    expect(datazone.control.transferAsset({ ...about, durationMs: 30_000 })).toMatchObject({
      sourceProjectId: 'open',
    })
    const shown = async () => {
      const { body } = await ask('GET', `/v2/domains/${domainIdentifier}/assets/orders`)
      return body
    }
    expect(await shown()).toMatchObject({
      owningProjectId: 'open',
      ownershipTransfer: { status: 'IN_PROGRESS', sourceProjectId: 'open', targetProjectId: 'closed' },
    })
    await expect(startRun(client, 'orders')).rejects.toMatchObject({
      name: 'ConflictException',
      ...saying('is being transferred to project closed'),
    })
    pass(30_000)
    const owner = clientWith('OWNER', endpoint)
    expect(await owner.send(new GetAssetCommand({ domainIdentifier, identifier: 'orders' }))).toMatchObject({
      owningProjectId: 'closed',
    })
    await expect(startRun(owner, 'orders')).rejects.toMatchObject({ name: 'AccessDeniedException' })
    expect(await startRun(owner, 'orders', 'closed')).toMatchObject({ owningProjectId: 'closed' })
  })

  test('leaves the asset where it was when it fails', async () => {
    const { client, ask, datazone, pass } = await startWithCatalogue()
    datazone.control.transferAsset({ ...about, durationMs: 1000, outcome: 'FAILED' })
    pass(1000)
    expect((await ask('GET', `/v2/domains/${domainIdentifier}/assets/orders`)).body).toMatchObject({
      owningProjectId: 'open',
      ownershipTransfer: { status: 'FAILED' },
    })
    expect(await startRun(client, 'orders')).toMatchObject({ owningProjectId: 'open' })
  })
})
