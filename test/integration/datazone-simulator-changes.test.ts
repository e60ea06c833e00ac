import {
  AcceptPredictionsCommand,
  CreateListingChangeSetCommand,
  GetAssetCommand,
  GetDataSourceCommand,
  GetListingCommand,
  ListAssetRevisionsCommand,
  ListDataSourceRunActivitiesCommand,
  ListDataSourcesCommand,
  paginateListAssetRevisions,
  RejectPredictionsCommand,
  StartDataSourceRunCommand,
} from '@aws-sdk/client-datazone'
import { describe, expect, test } from 'vitest'
import { withMessage } from '../support/datazone-simulator.ts'
import { clientWith, domainIdentifier, startRun, startWithCatalogue } from '../support/simulated-catalogue.ts'

describe('a suggestion', () => {
  const withSuggestions = async () => {
    const simulator = await startWithCatalogue()
    await startRun(simulator.client, 'orders')
    simulator.advance(60_000)
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

  test('is accepted with all others in a new revision, which a repeat with the same token returns again', async () => {
    const { client, asset, waiting, datazone, advance } = await withSuggestions()
    const accept = () =>
      client.send(
        new AcceptPredictionsCommand({ ...orders, acceptRule: { rule: 'ALL' }, clientToken: 'accept' }),
      )
    expect(await accept()).toMatchObject({ assetId: 'orders', revision: '2' })
    expect(await accept()).toMatchObject({ revision: '2' })
    const accepted = await asset()
    expect(accepted).toMatchObject({ revision: '2', description: 'Orders: one row for each entry.' })
    expect(accepted.formsOutput?.[0]?.content).toContain('"columnDescription":"Order Id of Orders."')
    expect(await waiting()).toEqual([])
    advance(1000)
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
      ...withMessage('acceptChoices.1.member.predictionTarget'),
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
  test('is published, read and unpublished', async () => {
    const { client, datazone, advance } = await startWithCatalogue()
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
    advance(1000)
    expect(datazone.control.takeEvents().map(({ event }) => event['detail-type'])).toEqual([
      'Asset Added To Catalog',
      'Asset Unpublished',
    ])
  })

  test('is not found for an unknown id', async () => {
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
    const { client, advance } = await startWithCatalogue()
    const get = () => client.send(new GetDataSourceCommand({ domainIdentifier, identifier: 'lake' }))
    expect(await get()).toMatchObject({ status: 'READY', projectId: 'open', type: 'GLUE' })
    await client.send(new StartDataSourceRunCommand({ domainIdentifier, dataSourceIdentifier: 'lake' }))
    expect(await get()).toMatchObject({ status: 'RUNNING', lastRunStatus: 'REQUESTED' })
    advance(3_600_000)
    expect(await get()).toMatchObject({ status: 'READY', lastRunStatus: 'SUCCESS', lastRunAssetCount: 3 })
  })

  test('runs only when it is READY', async () => {
    const { client, datazone } = await startWithCatalogue()
    const start = (dataSourceIdentifier: string) =>
      client.send(new StartDataSourceRunCommand({ domainIdentifier, dataSourceIdentifier }))
    await expect(start('new')).rejects.toMatchObject({
      name: 'ConflictException',
      ...withMessage('Data source new is CREATING'),
    })
    datazone.control.changeSettings({ sourceNotReady: 'ValidationException' })
    await expect(start('broken')).rejects.toMatchObject({ name: 'ValidationException' })
    datazone.control.setDataSourceStatus({ domainId: domainIdentifier, dataSourceId: 'new', status: 'READY' })
    expect(await start('new')).toMatchObject({ status: 'REQUESTED' })
  })

  test('lists what an ended run did with each table', async () => {
    const { client, advance } = await startWithCatalogue()
    const { id: identifier } = await client.send(
      new StartDataSourceRunCommand({ domainIdentifier, dataSourceIdentifier: 'lake' }),
    )
    const activities = async (status?: 'FAILED') =>
      (await client.send(new ListDataSourceRunActivitiesCommand({ domainIdentifier, identifier, status })))
        .items
    expect(await activities()).toEqual([])
    advance(3_600_000)
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
  const transfer = { domainId: domainIdentifier, assetId: 'orders', targetProjectId: 'closed' }

  test('conflicts with Starts until it ends, after which the new project owns the asset', async () => {
    const { client, sendRequest, datazone, advance, endpoint } = await startWithCatalogue()
    expect(datazone.control.transferAsset({ ...transfer, durationMs: 30_000 })).toMatchObject({
      sourceProjectId: 'open',
    })
    const shown = async () => {
      const { body } = await sendRequest('GET', `/v2/domains/${domainIdentifier}/assets/orders`)
      return body
    }
    expect(await shown()).toMatchObject({
      owningProjectId: 'open',
      ownershipTransfer: { status: 'IN_PROGRESS', sourceProjectId: 'open', targetProjectId: 'closed' },
    })
    await expect(startRun(client, 'orders')).rejects.toMatchObject({
      name: 'ConflictException',
      ...withMessage('is being transferred to project closed'),
    })
    advance(30_000)
    const owner = clientWith('OWNER', endpoint)
    expect(await owner.send(new GetAssetCommand({ domainIdentifier, identifier: 'orders' }))).toMatchObject({
      owningProjectId: 'closed',
    })
    await expect(startRun(owner, 'orders')).rejects.toMatchObject({ name: 'AccessDeniedException' })
    expect(await startRun(owner, 'orders', 'closed')).toMatchObject({ owningProjectId: 'closed' })
  })

  test('leaves the asset in its project when it fails', async () => {
    const { client, sendRequest, datazone, advance } = await startWithCatalogue()
    datazone.control.transferAsset({ ...transfer, durationMs: 1000, outcome: 'FAILED' })
    advance(1000)
    expect((await sendRequest('GET', `/v2/domains/${domainIdentifier}/assets/orders`)).body).toMatchObject({
      owningProjectId: 'open',
      ownershipTransfer: { status: 'FAILED' },
    })
    expect(await startRun(client, 'orders')).toMatchObject({ owningProjectId: 'open' })
  })
})
