import { describe, expect, test } from 'vitest'
import { parseQueueMessage } from '../../../lib/contracts/queue-message.ts'
import { assetEvent, runRequest, sourceRunRequest } from '../../support/messages.ts'

const sentAtMs = Date.parse('2026-11-20T02:14:00Z')

const parse = (body: unknown) => parseQueueMessage(JSON.stringify(body), sentAtMs)

describe('parseQueueMessage', () => {
  test('reads a RunRequest with all fields', () => {
    const body = runRequest({
      types: ['BUSINESS_NAMES', 'BUSINESS_DESCRIPTIONS'],
      lane: 'backfill',
      correlationId: 'load 7',
      requestedAt: '2026-11-20T03:14:00.5+01:00',
      regenerate: true,
    })
    expect(parse(body)).toEqual({
      kind: 'request',
      request: {
        requestKey: 'request:nightly-1',
        kind: 'METADATA_GENERATION',
        domainId: 'dzd_orders',
        projectId: 'project-1',
        assetId: 'asset-1',
        revision: '4',
        types: ['BUSINESS_NAMES', 'BUSINESS_DESCRIPTIONS'],
        lane: 'backfill',
        correlationId: 'load 7',
        requestedAtMs: Date.parse('2026-11-20T02:14:00.500Z'),
        regenerate: true,
      },
    })
  })

  test('reads a RunRequest with the required fields only', () => {
    const { types: _, ...rest } = runRequest({ asset: { id: 'asset-1' } })
    expect(parse(rest)).toEqual({
      kind: 'request',
      request: {
        requestKey: 'request:nightly-1',
        kind: 'METADATA_GENERATION',
        domainId: 'dzd_orders',
        projectId: 'project-1',
        assetId: 'asset-1',
        lane: 'live',
        regenerate: false,
      },
    })
  })

  test('P8: reads a DataZone event, whatever else it carries', () => {
    const event = { ...assetEvent(), account: '1', 'replay-name': 'x' }
    expect(parse({ ...event, detail: { ...event.detail, version: '700', new: [1] } })).toEqual({
      kind: 'request',
      request: {
        requestKey: 'event:7a1d3e52-9a8f-4d0c-8a53-2c6a0f4be1d9',
        kind: 'METADATA_GENERATION',
        domainId: 'dzd_orders',
        projectId: 'project-1',
        assetId: 'asset-1',
        lane: 'live',
        regenerate: false,
        trigger: 'PUBLISHED',
        requestedAtMs: Date.parse('2026-11-20T02:13:50Z'),
      },
    })
  })

  test('P1: keeps an event and a request with the same id apart', () => {
    const ids = [assetEvent({ id: 'x' }), runRequest({ requestId: 'x' })].map((body) => {
      const message = parse(body)
      return message.kind === 'request' ? message.request.requestKey : ''
    })
    expect(new Set(ids)).toEqual(new Set(['event:x', 'request:x']))
  })

  test('reads a release of the sweep', () => {
    const release = { release: 1, domainId: 'dzd_orders', assetId: 'asset-1', record: 'RUN#4#x#0001' }
    expect(parse(release)).toEqual({ kind: 'release', release })
  })
})

describe('a request for a data source', () => {
  const request = sourceRunRequest({ triggerKey: 'load/2026-11-20 #1' })

  test('has a trigger key, and neither asset nor types', () => {
    expect(parseQueueMessage(JSON.stringify(request), sentAtMs)).toEqual({
      kind: 'request',
      request: {
        requestKey: 'request:nightly-1',
        kind: 'DATA_SOURCE',
        domainId: 'dzd_orders',
        projectId: 'project-1',
        dataSourceId: 'source-1',
        triggerKey: 'load/2026-11-20 #1',
        lane: 'live',
        regenerate: false,
      },
    })
  })

  test.each<[string, object, string]>([
    ['no trigger key', { triggerKey: undefined }, 'triggerKey: is missing'],
    ['an empty trigger key', { triggerKey: '' }, 'triggerKey: must match'],
    ['a trigger key that is too long', { triggerKey: 'x'.repeat(129) }, 'triggerKey: must match'],
    ['an unprintable trigger key', { triggerKey: 'load\n1' }, 'triggerKey: must match'],
    ['an id with invalid characters', { dataSource: { id: 'a b' } }, 'dataSource.id: must match'],
    ['types', { types: ['BUSINESS_NAMES'] }, 'body: has unknown fields, remove them: "types"'],
    ['an asset', { asset: { id: 'a' } }, 'body: has unknown fields, remove them: "asset"'],
  ])('P2: is malformed with %s', (_, over, problem) => {
    expect(parseQueueMessage(JSON.stringify({ ...request, ...over }), sentAtMs)).toMatchObject({
      kind: 'malformed',
      runKind: 'DATA_SOURCE',
      envelopeId: 'nightly-1',
      problems: [expect.stringContaining(problem)],
    })
  })
})

describe('a Run Requested event on the run bus', () => {
  const event = (detail: unknown) =>
    JSON.stringify({
      id: 'event-1',
      account: '444455556666',
      source: 'my.pipeline',
      'detail-type': 'Run Requested',
      detail,
    })

  test('is read as the request in its detail, with the same key as on the queue, and with its sender', () => {
    expect(parseQueueMessage(event(runRequest()), sentAtMs)).toEqual({
      ...parseQueueMessage(JSON.stringify(runRequest()), sentAtMs),
      via: { account: '444455556666', source: 'my.pipeline' },
    })
  })

  test('P2: names the malformed field of its detail', () => {
    expect(parseQueueMessage(event({ ...runRequest(), domainId: 'mine' }), sentAtMs)).toMatchObject({
      kind: 'malformed',
      envelopeId: 'nightly-1',
      problems: [expect.stringMatching(/^detail\.domainId: must match/)],
    })
  })

  test('P2: names an unknown field of its detail', () => {
    expect(parseQueueMessage(event({ ...runRequest(), regenrate: true }), sentAtMs)).toMatchObject({
      problems: ['detail: has unknown fields: "regenrate"; did you mean "regenerate"? Remove or rename them'],
    })
  })

  test.each([[undefined], [null], ['text'], [[]]])('P2: is malformed when its detail is %j', (detail) => {
    expect(parseQueueMessage(event(detail), sentAtMs)).toEqual({
      kind: 'malformed',
      envelopeId: 'event-1',
      problems: ['detail: must be a RunRequest'],
    })
  })
})
