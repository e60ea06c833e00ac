import { afterEach, describe, expect, test } from 'vitest'
import { minute } from '../support/runs.ts'
import { answering, closeOpened, expectedRun, metadataRun } from './datazone-at.ts'
import { domainId, startInput } from './datazone-under-test.ts'

afterEach(closeOpened)

describe('a creation time in a form that the service model does not have', () => {
  test.each([
    ['ISO 8601 without seconds', '2026-11-20T02:14Z', Date.UTC(2026, 10, 20, 2, 14)],
    ['ISO 8601 where epoch seconds belong', '2026-11-20T02:14:03.000Z', Date.UTC(2026, 10, 20, 2, 14, 3)],
    ['a number in a string', '1795140843', 1_795_140_843_000],
    ['ISO 8601 with an offset without a colon', '2026-11-20T02:14:03+0000', Date.UTC(2026, 10, 20, 2, 14, 3)],
  ])('P8: is read from %s in Start, Get and List', async (_, createdAt, createdAtMs) => {
    const run = { ...metadataRun, createdAt }
    const { datazone, unreadable } = await answering({ body: { ...run, items: [run] } })
    const value = { ...expectedRun, createdAtMs }
    expect(await datazone.startRun(startInput(), minute)).toEqual({ outcome: 'answered', value })
    expect(await datazone.getRun(domainId, 'run-1')).toEqual({ outcome: 'answered', value })
    expect(await datazone.listRuns(domainId, {})).toEqual({ outcome: 'answered', value: { runs: [value] } })
    expect(unreadable).toEqual([])
  })

  test('P8: is read from epoch seconds in a data source run, where the model has ISO 8601', async () => {
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
  ])('P8: leaves an asset readable whose times are %s', async (_, time) => {
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
  ])('is left out of a Start, and reported: %s', async (_, field, expected, path) => {
    const { datazone, unreadable } = await answering({ body: { ...metadataRun, ...field } })
    const answer = await datazone.startRun(startInput(), minute)
    expect(answer).toEqual({ outcome: 'answered', value: { ...expectedRun, ...expected } })
    expect(unreadable).toEqual([`StartMetadataGenerationRun ${path}`])
  })

  test('leaves the other items of a List page readable', async () => {
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
        runs: [expectedRun, { ...expectedRun, runId: 'run-2', nativeStatus: '7' }],
        nextToken: 'more',
        unreadableItems: 2,
      },
    })
    expect(unreadable).toEqual(
      ['items.[].id', 'createdAt', 'items.[].id'].map((path) => `ListMetadataGenerationRuns ${path}`),
    )
  })

  test('leaves the id and status of a data source run readable', async () => {
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
  ])('leaves open whether a Start took effect: %s', async (_, body) => {
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

  test('fails List if the token of the next page is unreadable', async () => {
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

test('P8: refuses a data source without a readable status as an unreadable answer', async () => {
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
    ['is not JSON', '{"columns":['],
    ['has no columns', { tableName: 'orders' }],
    ['has a column without a name', { columns: [{ dataType: 'bigint' }] }],
  ])('P8: leaves the tables unknown, and reports it, if a table form %s', async (_, content) => {
    const glue = 'amazon.datazone.GlueTableFormType'
    const good = form('amazon.datazone.RelationalTableFormType', { columns })
    const { tables, unreadable } = await assetWith([good, form(glue, content)])
    expect(tables).toBeUndefined()
    expect(unreadable).toEqual(['GetAsset formsOutput.[].content'])
  })

  test('P8: leaves the tables unknown if no form describes one', async () => {
    for (const forms of [undefined, null, [], ['x', { typeName: 7 }], [form('custom.Form', { columns })]])
      expect(await assetWith(forms)).toEqual({ tables: undefined, unreadable: [] })
  })
})
