import { describe, expect, test } from 'vitest'
import { sampleDomainId } from '../../../../../local/catalogue/catalogue.ts'
import type { Settings, SettingsInput } from '../../../../../local/datazone/input/settings.ts'
import { accountId } from '../../../../../local/datazone/world/account.ts'
import { assetEventTypes } from '../../../../../local/datazone/world/service-events.ts'
import { otherUser } from '../../../../../local/datazone/world/world.ts'
import { glue, outputOf, salesProject, storeSales, testWorld } from '../test-world.ts'
import { dayMs, eventsOfRun, eventsUntil, typesOf } from './taken-events.ts'

describe('service events', () => {
  test('adds a revision and sends an event for an acceptance', () => {
    const world = testWorld()
    const about = { domainId: sampleDomainId, assetId: storeSales }
    const before = outputOf(world.asset(storeSales)).revision
    const { revision } = world.control.acceptSuggestions(about)
    expect(outputOf(world.asset(storeSales)).revision).toBe(revision)
    expect(revision).not.toBe(before)
    expect(eventsUntil(world, world.clock.ms + dayMs)).toMatchObject([
      {
        'detail-type': 'Metadata Generation Accepted',
        detail: {
          metadata: {
            domain: sampleDomainId,
            owningProjectId: salesProject,
            id: storeSales,
            version: revision,
            user: otherUser,
          },
          data: { userId: otherUser },
        },
      },
    ])
    expect(() => world.control.acceptSuggestions({ ...about, assetId: 'unknown' })).toThrow(
      "'unknown' is not an asset of",
    )
  })

  test('sends one event per ended run, in the envelope of EventBridge, half a second later', () => {
    const world = testWorld()
    const startedAtMs = world.clock.ms
    const { id } = outputOf(world.start(storeSales, { clientToken: 'token' }))
    const endsAtMs = world.control.runs()[0]?.endsAtMs ?? 0
    expect(world.control.nextEventMs()).toBe(endsAtMs + 500)
    expect(eventsUntil(world, endsAtMs + 499)).toEqual([])
    world.clock.ms = endsAtMs + 500
    const taken = world.control.takeEvents()
    expect(taken).toEqual([
      {
        dueAtMs: endsAtMs + 500,
        event: {
          version: '0',
          id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
          'detail-type': 'Metadata Generation Succeeded',
          source: 'aws.datazone',
          account: '000000000000',
          time: new Date(endsAtMs).toISOString().replace(/\.\d{3}Z/, 'Z'),
          region: 'us-east-1',
          resources: [],
          detail: {
            version: '1',
            metadata: {
              domain: sampleDomainId,
              user: expect.any(String),
              owningProjectId: salesProject,
              id,
              clientToken: 'token',
              awsAccountId: '000000000000',
            },
            data: {},
          },
        },
      },
    ])
    expect([world.control.takeEvents(), world.control.nextEventMs()]).toEqual([[], undefined])
    expect(startedAtMs).toBeLessThan(endsAtMs)
  })

  test('sends the payload that eventPayload names', () => {
    const payloadOf = (eventPayload: Settings['eventPayload']) => {
      const { id, events } = eventsOfRun({ eventPayload })
      const { metadata, data } = events[0]?.detail ?? {}
      const named =
        metadata?.['id'] === id ? 'run' : metadata?.['id'] === storeSales ? 'asset' : metadata?.['id']
      return [named, metadata?.['owningProjectId'], data]
    }
    expect(payloadOf('run-id')).toEqual(['run', salesProject, {}])
    expect(payloadOf('asset-id')).toEqual(['asset', salesProject, {}])
    expect(payloadOf('both')).toEqual(['run', salesProject, { assetId: storeSales }])
    expect(payloadOf('domain-only')).toEqual([undefined, undefined, {}])
  })

  test('sends an event for every ending except a partial success and an unknown status', () => {
    const typesFor = (settings: Partial<SettingsInput>) => typesOf(eventsOfRun(settings).events)
    expect(typesFor({})).toEqual(['Metadata Generation Succeeded'])
    expect(typesFor({ failureShare: 1 })).toEqual(['Metadata Generation Failed'])
    expect(typesFor({ partialShare: 1 })).toEqual([])
    expect(typesFor({ partialShare: 1, partialEvent: 'succeeded' })).toEqual([
      'Metadata Generation Succeeded',
    ])
    expect(typesFor({ partialShare: 1, partialEvent: 'failed' })).toEqual(['Metadata Generation Failed'])
    expect(typesFor({ unknownStatusShare: 1 })).toEqual([])
    expect(typesFor({ stuckShare: 1 })).toEqual([])
  })

  test('sends the older events as well for runs with names, with the ending of the names', () => {
    const typesFor = (settings: Partial<SettingsInput>, types?: string[]) =>
      typesOf(eventsOfRun({ olderEvents: true, ...settings }, types).events)
    expect(typesFor({})).toEqual(['Metadata Generation Succeeded', 'Business Name Generation Succeeded'])
    expect(typesFor({}, ['BUSINESS_DESCRIPTIONS'])).toEqual(['Metadata Generation Succeeded'])
    expect(typesFor({ failureShare: 1 })).toEqual([
      'Metadata Generation Failed',
      'Business Name Generation Failed',
    ])
    expect(typesFor({ partialShare: 1 })).toEqual(['Business Name Generation Succeeded'])
  })

  test('sends the event of a cancel in place of the planned ending', () => {
    const world = testWorld({ olderEvents: true })
    const { id } = outputOf(world.start(storeSales))
    world.clock.ms += 1000
    world.cancel(id)
    expect(typesOf(eventsUntil(world, world.clock.ms + dayMs))).toEqual(['Metadata Generation Canceled'])
  })

  test('sends no event for a run that is deleted before it ends', () => {
    const deletedAfter = (waitMs: number) => {
      const world = testWorld()
      const { id } = outputOf(world.start(storeSales))
      world.clock.ms += waitMs
      world.control.deleteRun({ domainId: sampleDomainId, runId: id })
      return typesOf(eventsUntil(world, world.clock.ms + dayMs))
    }
    expect(deletedAfter(1)).toEqual([])
    expect(deletedAfter(dayMs)).toEqual(['Metadata Generation Succeeded'])
  })

  test('sends an event when a data source run is triggered and one when it ends, with the run id', () => {
    const endsAs = (settings: Partial<SettingsInput>) => {
      const world = testWorld(settings)
      const { id } = world.control.startScheduledRun({ domainId: sampleDomainId, dataSourceId: glue })
      const events = eventsUntil(world, world.clock.ms + dayMs)
      for (const { detail } of events)
        expect(detail).toMatchObject({
          metadata: { id, domain: sampleDomainId, owningProjectId: salesProject },
          data: { dataSourceId: glue, dataSourceRunType: 'SCHEDULED' },
        })
      return typesOf(events)
    }
    const [triggered, succeeded, failed] = ['Triggered', 'Succeeded', 'Failed'].map(
      (event) => `Data Source Run ${event}`,
    )
    expect(endsAs({})).toEqual([triggered, succeeded])
    expect(endsAs({ failureShare: 1 })).toEqual([triggered, failed])
    expect(endsAs({ partialShare: 1 })).toEqual([triggered])
    expect(endsAs({ stuckShare: 1 })).toEqual([triggered])
  })

  test('sends data source run events in the sparse shape, with versions as numbers', () => {
    const world = testWorld({ sourceEventShape: 'sparse' })
    const { id } = outputOf(world.startSource(glue, { clientToken: 'token' }))
    const events = eventsUntil(world, world.clock.ms + dayMs)
    expect(events).toHaveLength(2)
    for (const { detail } of events)
      expect(detail.metadata).toEqual({
        domain: sampleDomainId,
        id,
        version: 1,
        typeName: 'DataSourceRunEntityType',
        awsAccountId: accountId,
      })
  })

  test('sends the newer data source events as well when the setting is on', () => {
    const world = testWorld({ sourceStatusEvents: true })
    world.startSource(glue)
    expect(typesOf(eventsUntil(world, world.clock.ms + dayMs))).toEqual([
      'Data Source Run Triggered',
      'Data Source Status Change',
      'Data Source Run Succeeded',
      'Data Source Run Complete',
    ])
  })

  test.each([
    ['owner', salesProject],
    ['missing', undefined],
    ['wrong', 'wrongproject01'],
  ] as const)(
    'sends a publish event with the project that publishedEventProject names: %s',
    (publishedEventProject, projectId) => {
      const world = testWorld({ publishedEventProject })
      world.control.publishAsset({ domainId: sampleDomainId, assetId: storeSales })
      const [event] = eventsUntil(world, world.clock.ms + dayMs)
      expect(event?.detail.metadata['owningProjectId']).toBe(projectId)
    },
  )

  test('sends an event when an asset is unpublished', () => {
    const world = testWorld()
    const about = { domainId: sampleDomainId, assetId: storeSales }
    const { listingId } = world.control.unpublishAsset(about)
    expect(outputOf(world.asset(storeSales)).listing).toEqual({ listingId, listingStatus: 'INACTIVE' })
    expect(eventsUntil(world, world.clock.ms + dayMs)).toMatchObject([
      {
        'detail-type': 'Asset Unpublished',
        detail: { metadata: { id: listingId }, data: { assetId: storeSales } },
      },
    ])
    expect(() => world.control.unpublishAsset(about)).toThrow(/is not published/)
  })

  test.each(assetEventTypes)('sends %s on request, each time with its own id', (detailType) => {
    const world = testWorld()
    const about = { domainId: sampleDomainId, assetId: storeSales, detailType }
    world.control.sendAssetEvent(about)
    world.control.sendAssetEvent(about)
    const events = eventsUntil(world, world.clock.ms + dayMs)
    expect(typesOf(events)).toEqual([detailType, detailType])
    expect(new Set(events.map(({ id }) => id)).size).toBe(2)
    for (const { detail } of events)
      expect(detail).toMatchObject({
        metadata: { domain: sampleDomainId, owningProjectId: salesProject },
        data: { assetId: storeSales },
      })
  })

  test('sends an event about the listing each time an asset is published', () => {
    const world = testWorld()
    const asset = { domainId: sampleDomainId, assetId: storeSales }
    const { listingId } = world.control.publishAsset(asset)
    world.control.publishAsset(asset)
    expect(outputOf(world.asset(storeSales)).listing?.listingId).toBe(listingId)
    const events = eventsUntil(world, world.clock.ms + 500)
    expect(
      events.map(({ detail }) => [detail.metadata['version'], detail.metadata['id'], detail.data]),
    ).toEqual([
      ['2', listingId, { assetId: storeSales }],
      ['3', listingId, { assetId: storeSales }],
    ])
    expect(typesOf(events)).toEqual(['Asset Added To Catalog', 'Asset Added To Catalog'])
    expect(new Set(events.map(({ id }) => id)).size).toBe(2)
    expect(() => world.control.publishAsset({ ...asset, assetId: 'nothing' })).toThrow(
      /'nothing' is not an asset of/,
    )
  })
})
