import { describe, expect, test } from 'vitest'
import { assetEventNames, triggerEvents } from '../../../lib/contracts/asset-event.ts'
import { parseQueueMessage } from '../../../lib/contracts/queue-message.ts'
import { triggers } from '../../../lib/run/trigger.ts'
import { assetEvent } from '../../support/messages.ts'

const sentAtMs = Date.parse('2026-11-20T02:14:00Z')
const parse = (event: object) => parseQueueMessage(JSON.stringify(event), sentAtMs)

describe('an asset event of DataZone', () => {
  test.each(Object.entries(triggerEvents))('requests a run: %s is %s', (name, trigger) => {
    expect(parse({ ...assetEvent(), 'detail-type': name })).toMatchObject({
      kind: 'request',
      request: { trigger, assetId: 'asset-1', projectId: 'project-1' },
    })
  })

  test('P8: is read from the whole envelope that AWS documents', () => {
    const event = {
      version: '0',
      id: 'bd3d6239-2877-f464-0572-b1d76760e085',
      'detail-type': 'Asset Added To Catalog',
      source: 'aws.datazone',
      account: '111111111111',
      time: '2023-11-13T17:57:00Z',
      region: 'us-east-1',
      resources: [],
      detail: {
        version: '655',
        metadata: {
          domain: 'dzd_bc8e1ez8r2a6xz',
          user: '44f864b8-50a1-70cc-736f-c1f763934ab7',
          id: '5jbc0lie0sr99j',
          version: '1',
          typeName: 'AssetListingEntityType',
          owningProjectId: '6oy92hwk937pgn',
          awsAccountId: '111111111111',
          clientToken: 'e781b7b5-78c5-4608-961e-3792a6c3ff0d',
        },
        data: { assetId: 'ayzstznnx4dxyf', status: 'ACTIVE', listing: { id: 'l1', version: '12' } },
      },
    }
    expect(parse(event)).toEqual({
      kind: 'request',
      request: {
        requestKey: 'event:bd3d6239-2877-f464-0572-b1d76760e085',
        kind: 'METADATA_GENERATION',
        domainId: 'dzd_bc8e1ez8r2a6xz',
        projectId: '6oy92hwk937pgn',
        assetId: 'ayzstznnx4dxyf',
        lane: 'live',
        regenerate: false,
        trigger: 'PUBLISHED',
        requestedAtMs: Date.parse('2023-11-13T17:57:00Z'),
      },
    })
  })

  test.each([
    ['no project', {}],
    ['a malformed project', { owningProjectId: 'a b' }],
    ['a project that is not a string', { owningProjectId: 7 }],
  ])('leaves the project to GetAsset with %s', (_, metadata) => {
    const detail = {
      metadata: { domain: 'dzd_orders', version: 3, ...metadata },
      data: { assetId: 'asset-1' },
    }
    const message = parse({ ...assetEvent(), detail })
    expect(message).toMatchObject({ kind: 'request', request: { assetId: 'asset-1' } })
    expect(message.kind === 'request' && message.request).not.toHaveProperty('projectId')
  })

  test.each(['now', 1_795_140_843, '1999-12-31T23:59:59Z', null])('omits an unreadable time: %j', (time) => {
    const message = parse({ ...assetEvent(), time })
    expect(message.kind === 'request' && message.request).not.toHaveProperty('requestedAtMs')
  })

  test.each(['Asset Unpublished', 'Asset Listing Deleted'])('cancels waiting requests: %s', (name) => {
    expect(parse({ ...assetEvent(), 'detail-type': name })).toEqual({
      kind: 'cancel',
      cancel: {
        requestId: '7a1d3e52-9a8f-4d0c-8a53-2c6a0f4be1d9',
        domainId: 'dzd_orders',
        target: { assetId: 'asset-1' },
        requestedAtMs: Date.parse('2026-11-20T02:13:50Z'),
        reason: name,
        onlyWaiting: true,
      },
    })
  })

  test.each([
    ['without a time', undefined, 0],
    ['with a time after it was sent', '2026-11-20T02:14:09Z', 0],
    ['with a time before it was sent', '2026-11-20T02:13:58Z', -2_000],
  ])('cancels what was requested until the message was sent, for a withdrawal %s', (_, time, sinceSentMs) => {
    expect(parse({ ...assetEvent(), 'detail-type': 'Asset Unpublished', time })).toMatchObject({
      cancel: { requestedAtMs: sentAtMs + sinceSentMs },
    })
  })

  test.each([
    ['another detail-type', { 'detail-type': 'AWS API Call via CloudTrail' }, /^detail-type: must be one of/],
    ['no detail', { detail: null }, /^detail: must be an object/],
    [
      'no asset',
      { detail: { metadata: { domain: 'dzd_a' }, data: {} } },
      /^detail\.data\.assetId: is missing/,
    ],
    [
      'no domain',
      { detail: { metadata: {}, data: { assetId: 'a' } } },
      /^detail\.metadata\.domain: is missing/,
    ],
    ['an id that cannot be printed', { id: 'a\nb' }, /^id: must match/],
  ])('is ignored, not rejected, with %s', (_, over, problem) => {
    expect(parse({ ...assetEvent(), ...over })).toEqual({
      kind: 'ignored',
      problems: [expect.stringMatching(problem)],
    })
  })
})

describe('assetEventNames', () => {
  test('lists the events of the triggers, and always those of withdrawn assets', () => {
    expect(assetEventNames(['PUBLISHED'])).toEqual([
      'Asset Added To Catalog',
      'Asset Unpublished',
      'Asset Listing Deleted',
    ])
    expect(assetEventNames(triggers)).toHaveLength(6)
    expect(assetEventNames([])).toEqual(['Asset Unpublished', 'Asset Listing Deleted'])
  })
})
