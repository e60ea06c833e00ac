import { DataZoneClient } from '@aws-sdk/client-datazone'
import { afterEach, describe, expect, test } from 'vitest'
import { dataZoneGateway } from '../../lib/adapters/datazone/gateway.ts'
import type { ApiSetting } from '../../lib/ports/datazone.ts'
import { sampleCatalogue } from '../../local/catalogue/catalogue.ts'
import { startDataZoneServer } from '../../local/datazone/http/server.ts'
import { listen } from '../../local/servers/http.ts'
import { minute, t0 } from '../support/runs.ts'
import { domainId, startInput } from './datazone.suite.ts'

interface Reply {
  readonly status?: number
  readonly error?: string
  readonly body: string | object
}

const opened: { close(): Promise<void> }[] = []

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
})

const gatewayAt = (endpoint: string, api?: ApiSetting) => {
  const client = new DataZoneClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  })
  const unreadable: string[] = []
  const datazone = dataZoneGateway({
    starts: client,
    reads: client,
    ...(api === undefined ? {} : { api }),
    report: (operation, fields) => unreadable.push(...fields.map((field) => `${operation} ${field}`)),
  })
  opened.push({ close: async () => client.destroy() })
  return { datazone, unreadable }
}

/** The gateway at a server that sends these replies in turn, the last one for ever. */
const answering = async (...replies: [Reply, ...Reply[]]) => {
  const received: { body: string; authorization: string | undefined }[] = []
  const server = await listen('scripted answers', async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const {
      status = 200,
      error,
      body: answer,
    } = replies[Math.min(received.length, replies.length - 1)] ?? replies[0]
    received.push({ body, authorization: request.headers.authorization })
    response
      .writeHead(status, {
        'content-type': 'application/json',
        ...(error === undefined ? {} : { 'x-amzn-errortype': error }),
      })
      .end(typeof answer === 'string' ? answer : JSON.stringify(answer))
  })
  opened.push(server)
  return { ...gatewayAt(server.endpoint), received }
}

const metadataRun = {
  domainId,
  id: 'run-1',
  owningProjectId: 'project-1',
  status: 'SUBMITTED',
  types: ['BUSINESS_NAMES'],
  target: { type: 'ASSET', identifier: 'asset-1', revision: '4' },
}
const shown = {
  runId: 'run-1',
  nativeStatus: 'SUBMITTED',
  types: ['BUSINESS_NAMES'],
  assetId: 'asset-1',
  revision: '4',
}

describe('a creation time in another form than the model says', () => {
  test.each([
    ['ISO 8601 without seconds', '2026-11-20T02:14Z', Date.UTC(2026, 10, 20, 2, 14)],
    ['ISO 8601 where epoch seconds belong', '2026-11-20T02:14:03.000Z', Date.UTC(2026, 10, 20, 2, 14, 3)],
    ['a number in a string', '1795140843', 1_795_140_843_000],
    ['ISO 8601 with an offset without a colon', '2026-11-20T02:14:03+0000', Date.UTC(2026, 10, 20, 2, 14, 3)],
  ])('P8: is read from %s in Start, Get and List', async (_, createdAt, createdAtMs) => {
    const run = { ...metadataRun, createdAt }
    const { datazone, unreadable } = await answering({ body: { ...run, items: [run] } })
    const value = { ...shown, createdAtMs }
    expect(await datazone.startRun(startInput(), minute)).toEqual({ outcome: 'answered', value })
    expect(await datazone.getRun(domainId, 'run-1')).toEqual({ outcome: 'answered', value })
    expect(await datazone.listRuns(domainId, {})).toEqual({ outcome: 'answered', value: { runs: [value] } })
    expect(unreadable).toEqual([])
  })

  test('P8: is read from epoch seconds where a data source run has ISO 8601', async () => {
    const { datazone } = await answering({
      body: { id: 'run-1', status: 'RUNNING', createdAt: 1_795_140_843 },
    })
    const value = { runId: 'run-1', nativeStatus: 'RUNNING', types: [], createdAtMs: 1_795_140_843_000 }
    expect(await datazone.getSourceRun(domainId, 'run-1')).toEqual({ outcome: 'answered', value })
  })

  test.each<[string, unknown, number | undefined]>([
    ['ISO 8601 without seconds', '2026-11-20T02:14Z', Date.UTC(2026, 10, 20, 2, 14)],
    ['epoch seconds', 1_795_140_843, 1_795_140_843_000],
    ['a number in a string', '1795140843', 1_795_140_843_000],
    ['a list', [], undefined],
  ])('P8: is read from %s in Start, Get and List of a data source', async (_, createdAt, createdAtMs) => {
    const run = { id: 'run-1', status: 'RUNNING', createdAt }
    const { datazone } = await answering({ body: { ...run, items: [run] } })
    const value = {
      runId: 'run-1',
      nativeStatus: 'RUNNING',
      types: [],
      ...(createdAtMs === undefined ? {} : { createdAtMs }),
    }
    const input = { domainId, dataSourceId: 'source-1', clientToken: 'token' }
    expect(await datazone.startSourceRun(input, minute)).toEqual({ outcome: 'answered', value })
    expect(await datazone.getSourceRun(domainId, 'run-1')).toEqual({ outcome: 'answered', value })
    expect(await datazone.listSourceRuns(domainId, { dataSourceId: 'source-1' })).toEqual({
      outcome: 'answered',
      value: { runs: [value] },
    })
  })

  test.each<[string, unknown]>([
    ['ISO 8601 without seconds', '2026-11-20T02:14Z'],
    ['ISO 8601 where epoch seconds belong', '2026-11-20T02:14:03.000Z'],
    ['a number in a string', '1795140843'],
    ['a list', []],
  ])('P8: does not cost the asset whose times are %s', async (_, time) => {
    const asset = {
      revision: '7',
      owningProjectId: 'project-1',
      typeIdentifier: 'T',
      name: 'orders',
      createdAt: time,
      firstRevisionCreatedAt: time,
    }
    const { datazone } = await answering({ body: asset })
    expect(await datazone.getAsset(domainId, 'asset-1')).toMatchObject({
      value: { revision: '7', owningProjectId: 'project-1', name: 'orders' },
    })
  })
})

describe('P8: an unreadable field', () => {
  test.each<[string, Record<string, unknown>, object, string]>([
    ['createdAt', { createdAt: 'last week' }, {}, 'createdAt'],
    ['createdAt', { createdAt: {} }, {}, 'createdAt'],
    ['status', { status: {} }, { nativeStatus: 'UNKNOWN' }, 'status'],
    ['types', { types: 7 }, { types: [] }, 'types'],
    ['one of types', { types: [{}, 'BUSINESS_NAMES'] }, {}, 'types.[]'],
    ['target', { target: 'asset-1' }, { assetId: undefined, revision: undefined }, 'target'],
    [
      'typeStats',
      { typeStats: [{ type: 'X', status: 'FAILED', errorMessage: 5 }] },
      { typeStats: [] },
      'typeStats.[].errorMessage',
    ],
  ])('costs a Start the %s only, and is reported', async (_, field, expected, path) => {
    const { datazone, unreadable } = await answering({ body: { ...metadataRun, ...field } })
    const answer = await datazone.startRun(startInput(), minute)
    expect(answer).toEqual({ outcome: 'answered', value: { ...shown, ...expected } })
    expect(unreadable).toEqual([`StartMetadataGenerationRun ${path}`])
  })

  test('costs a List page no other item', async () => {
    const items = [
      { id: ['run-0'], status: 'SUBMITTED' },
      { ...metadataRun, createdAt: 'last week' },
      { ...metadataRun, id: 'run-2', status: 7 },
      'nonsense',
    ]
    const { datazone, unreadable } = await answering({ body: { items, nextToken: 'more' } })
    expect(await datazone.listRuns(domainId, {})).toEqual({
      outcome: 'answered',
      value: {
        runs: [shown, { ...shown, runId: 'run-2', nativeStatus: '7' }],
        nextToken: 'more',
        unreadableItems: 2,
      },
    })
    expect(unreadable).toEqual(
      ['items.[].id', 'createdAt', 'items.[].id'].map((path) => `ListMetadataGenerationRuns ${path}`),
    )
  })

  test('costs a data source run only its statistics and error', async () => {
    const run = {
      id: 'run-1',
      status: 'FAILED',
      runStatisticsForAssets: { added: '3', updated: 'many', failed: 1 },
      errorMessage: { errorType: 'X', errorDetail: [] },
    }
    const { datazone } = await answering({ body: { items: [run] } })
    const page = await datazone.listSourceRuns(domainId, { dataSourceId: 'source-1' })
    expect(page).toMatchObject({ value: { runs: [{ runId: 'run-1', nativeStatus: 'FAILED' }] } })
  })
})

describe('P8: an unreadable answer', () => {
  const unreadable = { refusal: { kind: 'UNAVAILABLE', definite: false, name: 'UnreadableAnswer' } }

  test.each<[string, string | object]>([
    ['a run id in a list', { id: ['run1'] }],
    ['no run id', { status: 'SUBMITTED' }],
    ['an empty run id', { id: '' }],
    ['a lone surrogate in the run id', '{"id":"\\ud800"}'],
    ['HTML', '<html>Service busy</html>'],
    ['half of the body', '{"id":"run-1","stat'],
    ['null', 'null'],
    ['a list', '[]'],
  ])('P8: leaves open whether a Start took effect: %s', async (_, body) => {
    const { datazone } = await answering({ body })
    expect(await datazone.startRun(startInput(), minute)).toMatchObject(unreadable)
    expect(
      await datazone.startSourceRun({ domainId, dataSourceId: 's', clientToken: 't' }, minute),
    ).toMatchObject(unreadable)
  })

  test('fails Get without a readable status', async () => {
    const { datazone } = await answering({ body: { ...metadataRun, status: {} } })
    expect(await datazone.getRun(domainId, 'run-1')).toMatchObject(unreadable)
    expect(await datazone.getSourceRun(domainId, 'run-1')).toMatchObject(unreadable)
  })

  test.each([
    [{ revision: ['4'] }],
    [{ revision: '\ud800' }],
    [{ revision: '4'.repeat(65) }],
    [{ owningProjectId: {} }],
  ])('fails GetAsset without a readable revision or project: %j', async (field) => {
    const { datazone } = await answering({ body: { revision: '4', owningProjectId: 'project-1', ...field } })
    expect(await datazone.getAsset(domainId, 'asset-1')).toMatchObject(unreadable)
  })

  test('fails List when its next page cannot be found', async () => {
    const { datazone } = await answering({ body: { items: [metadataRun], nextToken: { page: 2 } } })
    expect(await datazone.listRuns(domainId, {})).toMatchObject(unreadable)
  })
})

describe('P8: the transfer of an asset', () => {
  test.each([
    [{ status: 'IN_PROGRESS', targetProjectId: 'p2' }, { status: 'IN_PROGRESS', targetProjectId: 'p2' }, []],
    [{ status: 'NEW_WORD', sourceProjectId: 7 }, { status: 'NEW_WORD', sourceProjectId: '7' }, []],
    [{ targetProjectId: 'p2' }, undefined, ['GetAsset ownershipTransfer.status']],
    ['soon', undefined, ['GetAsset ownershipTransfer']],
    [null, undefined, []],
  ])('is read from a field that the SDK does not know: %j', async (ownershipTransfer, transfer, fields) => {
    const body = { revision: '4', owningProjectId: 'project-1', ownershipTransfer }
    const { datazone, unreadable } = await answering({ body })
    const answer = await datazone.getAsset(domainId, 'asset-1')
    expect(answer.outcome === 'answered' && answer.value.transfer).toEqual(transfer)
    expect(unreadable).toEqual(fields)
  })
})

test('P8: takes a data source without a readable status for an unreadable answer', async () => {
  const { datazone } = await answering({ body: { id: 'source-1', status: ['READY'] } })
  expect(await datazone.getDataSource(domainId, 'source-1')).toMatchObject({
    refusal: { kind: 'UNAVAILABLE', name: 'UnreadableAnswer' },
  })
})

describe('the form of an asset', () => {
  const form = (typeName: string, content: unknown) => ({
    formName: 'form',
    typeName,
    typeRevision: '1',
    content: typeof content === 'string' ? content : JSON.stringify(content),
  })
  const columns = [
    { columnName: 'id', dataType: 'bigint', columnDescription: 'The key' },
    { columnName: 'note' },
  ]
  const read = [{ name: 'id', dataType: 'bigint' }, { name: 'note' }]
  const assetWith = async (formsOutput: unknown) => {
    const body = {
      revision: '4',
      owningProjectId: 'project-1',
      typeIdentifier: 'T',
      name: 'orders',
      formsOutput,
    }
    const { datazone, unreadable } = await answering({ body })
    const answer = await datazone.getAsset(domainId, 'asset-1')
    return { tables: answer.outcome === 'answered' ? answer.value.tables : 'refused', unreadable }
  }

  test.each([
    ['amazon.datazone.GlueTableFormType', { tableName: 'orders' }, { name: 'orders' }],
    ['amazon.datazone.RedshiftTableFormType', { tableName: 'orders' }, { name: 'orders' }],
    ['amazon.datazone.RedshiftViewFormType', { viewName: 'orders_v' }, { name: 'orders_v' }],
    ['amazon.datazone.RelationalTableFormType', {}, {}],
    ['dzd_orders.RedshiftTableForm', { tableName: 'orders' }, { name: 'orders' }],
  ])('describes its table: %s', async (typeName, content, named) => {
    const details = form('amazon.datazone.AssetCommonDetailsFormType', { summary: 'x' })
    const { tables, unreadable } = await assetWith([details, form(typeName, { ...content, columns })])
    expect(tables).toEqual([{ ...named, columns: read }])
    expect(unreadable).toEqual([])
  })

  test.each([
    ['not JSON', '{"columns":['],
    ['no columns', { tableName: 'orders' }],
    ['a column without a name', { columns: [{ dataType: 'bigint' }] }],
  ])('P8: leaves the tables unknown, and reports it, where a table form has %s', async (_, content) => {
    const glue = 'amazon.datazone.GlueTableFormType'
    const good = form('amazon.datazone.RelationalTableFormType', { columns })
    const { tables, unreadable } = await assetWith([good, form(glue, content)])
    expect(tables).toBeUndefined()
    expect(unreadable).toEqual(['GetAsset formsOutput.[].content'])
  })

  test('P8: leaves the tables unknown where no form describes one', async () => {
    for (const forms of [undefined, null, [], ['x', { typeName: 7 }], [form('custom.Form', { columns })]])
      expect(await assetWith(forms)).toEqual({ tables: undefined, unreadable: [] })
  })
})

describe('P8: an error with an unreadable body', () => {
  test.each<[number, string | object, string, boolean]>([
    [429, { message: 5 }, 'THROTTLED', true],
    [429, { message: { text: 'slow down' } }, 'THROTTLED', true],
    [403, '<html>Forbidden</html>', 'DENIED', true],
    [400, '<html>Bad request</html>', 'UNAVAILABLE', false],
    [500, { __type: 7 }, 'UNAVAILABLE', false],
  ])('is classified with a readable text: %i %j', async (status, body, kind, definite) => {
    const { datazone } = await answering({ status, body })
    const answer = await datazone.startRun(startInput(), minute)
    expect(answer).toMatchObject({
      refusal: { kind, definite, name: expect.any(String), message: expect.any(String) },
    })
  })

  test('P8: is shortened', async () => {
    const { datazone } = await answering({
      status: 400,
      error: 'ValidationException',
      body: { message: 'x'.repeat(60_000) },
    })
    const answer = await datazone.getRun(domainId, 'run-1')
    expect(answer.outcome === 'refused' && answer.refusal.message.length).toBe(5000)
  })
})

describe('P7: an error of the signature or the credentials', () => {
  const names = [
    'InvalidSignatureException',
    'ExpiredToken',
    'ExpiredTokenException',
    'UnrecognizedClientException',
    'IncompleteSignature',
    'RequestExpired',
  ]
  test.each([400, 403].flatMap((status) => names.map((error) => ({ status, error }))))(
    'is signed and sent again at once, also for Start: $status $error',
    async ({ status, error }) => {
      const stale = { status, error, body: { message: 'Signature expired: 20261120T021403Z is now earlier' } }
      const { datazone, received } = await answering(stale, { body: metadataRun })
      expect(await datazone.startRun(startInput(), minute)).toEqual({ outcome: 'answered', value: shown })
      expect(received).toHaveLength(2)
      expect(received[1]?.body).toBe(received[0]?.body)
    },
  )

  test('is definite and transient when it stays, so it opens no breaker', async () => {
    const { datazone, received } = await answering({ status: 403, error: 'ExpiredTokenException', body: {} })
    expect(await datazone.startRun(startInput(), minute)).toMatchObject({
      refusal: { kind: 'UNAVAILABLE', definite: true, name: 'ExpiredTokenException' },
    })
    expect(received).toHaveLength(3)
  })
})

describe('the older generation of the API', () => {
  const openOlder = async (api?: ApiSetting) => {
    const server = await startDataZoneServer({ seed: 'contract', now: () => t0, apiGeneration: 'older' })
    server.datazone.control.loadCatalogue(sampleCatalogue(80))
    opened.push({ close: server.stop })
    return { ...gatewayAt(server.endpoint, api), calls: () => server.datazone.control.runs().length }
  }
  const descriptions = startInput({ types: ['BUSINESS_DESCRIPTIONS'] })

  test.each(['auto', 'older'] as const)('P1: starts one run with the same token (%s)', async (api) => {
    const { datazone, calls } = await openOlder(api)
    const first = await datazone.startRun(descriptions, minute)
    expect(first).toMatchObject({ value: { types: ['BUSINESS_DESCRIPTIONS'], isOlderShape: true } })
    expect(await datazone.startRun(descriptions, minute)).toEqual(first)
    expect(calls()).toBe(1)
  })

  test('is remembered for its domain, so that later Starts are sent once', async () => {
    const refusal = {
      status: 400,
      error: 'ValidationException',
      body: {
        message:
          "1 validation error detected: Value null at 'type' failed to satisfy constraint: Member must not be null",
      },
    }
    const { datazone, received } = await answering(refusal, { body: metadataRun })
    await datazone.startRun(descriptions, minute)
    await datazone.startRun(descriptions, minute)
    expect(
      received.map(({ body }) => Object.keys(JSON.parse(body)).filter((key) => key.startsWith('type'))),
    ).toEqual([['types'], ['type'], ['type']])
  })

  test('refuses types that it does not know and names those that it does', async () => {
    const { datazone, calls } = await openOlder()
    expect(await datazone.startRun(startInput(), minute)).toMatchObject({
      refusal: {
        kind: 'INVALID',
        definite: true,
        name: 'UnsupportedType',
        message: expect.stringContaining('BUSINESS_NAMES'),
        supportedTypes: ['BUSINESS_DESCRIPTIONS'],
      },
    })
    expect(calls()).toBe(0)
  })

  test('is not tried when the setting pins the current one', async () => {
    const { datazone } = await openOlder('current')
    expect(await datazone.startRun(descriptions, minute)).toMatchObject({
      refusal: { kind: 'INVALID', name: 'ValidationException' },
    })
  })

  test.each([
    "1 validation error detected: Value at 'target.type' failed to satisfy constraint: Member must not be null",
    'The asset type does not support generation',
  ])('is not taken from another refusal: %s', async (message) => {
    const { datazone, received } = await answering({
      status: 400,
      error: 'ValidationException',
      body: { message },
    })
    expect(await datazone.startRun(descriptions, minute)).toMatchObject({ refusal: { kind: 'INVALID' } })
    expect(received).toHaveLength(1)
  })
})
