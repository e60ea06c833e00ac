import {
  GetAssetCommand,
  GetProjectCommand,
  ListProjectMembershipsCommand,
  ListProjectsCommand,
  paginateSearch,
  paginateSearchListings,
  SearchCommand,
  SearchListingsCommand,
} from '@aws-sdk/client-datazone'
import { describe, expect, test } from 'vitest'
import { withMessage } from '../support/datazone-simulator.ts'
import {
  clientWith,
  domainIdentifier,
  type Simulator,
  startRun,
  startWithCatalogue,
  typeIdentifier,
} from '../support/simulated-catalogue.ts'

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
    ).rejects.toMatchObject({
      name: 'ValidationException',
      ...withMessage("Value at 'filters.filter.attribute'"),
    })
  })

  test('returns forms, match rationale and aggregates when they are requested', async () => {
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

  test('is throttled above 16 calls a second', async () => {
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

  test('returns suggestions that wait for a decision when forms are requested', async () => {
    const { client, advance } = await startWithCatalogue()
    await startRun(client, 'drafts')
    advance(60_000)
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
    ).rejects.toMatchObject({ name: 'ValidationException', ...withMessage('owningProjectIdentifier') })
    const glossary = { domainIdentifier, searchScope: 'GLOSSARY', owningProjectIdentifier: 'open' } as const
    expect((await client.send(new SearchCommand(glossary))).items).toEqual([])
  })
})

describe('GetProject and ListProjects', () => {
  test('returns projects by id and by their whole name, even to users who are not members', async () => {
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

  test('decides who may read an asset and who may start a run', async () => {
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
