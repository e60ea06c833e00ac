import { describe, expect, test } from 'vitest'
import requestSchema from '../../../events/run-request.schema.json' with { type: 'json' }
import { parseWith } from '../../../lib/contracts/problems.ts'
import { RunRequest } from '../../../lib/contracts/run-request.ts'
import { cellsOf, tallyOf } from '../../../page/client/model/asset-cells.ts'
import { decisionOf } from '../../../page/client/model/decision.ts'
import { csvOf, jsonLinesOf } from '../../../page/client/model/export-rows.ts'
import { filterRows, filtersOf, noFilters, queryOf } from '../../../page/client/model/filters.ts'
import { duration, percent, relative, visible } from '../../../page/client/model/format.ts'
import { mergeChanged } from '../../../page/client/model/merge-changed.ts'
import { fieldsOf, requestOf } from '../../../page/client/model/request-form.ts'
import type { RunRow } from '../../../page/shared/protocol.ts'

const row = (over: Partial<RunRow> = {}): RunRow => ({
  key: 'k',
  domainId: 'dzd_a',
  projectId: 'sales',
  kind: 'asset',
  target: 'orders',
  record: 'RUN#1',
  types: ['BUSINESS_NAMES'],
  attempt: 1,
  status: 'FAILED',
  updatedAtMs: 1000,
  ...over,
})

describe('a filter', () => {
  test('survives a round trip through a URL', () => {
    const filters = { ...noFilters, text: 'a b&c', status: ['FAILED', 'LOST'], since: '7d' }
    expect(filtersOf(new URLSearchParams(queryOf(filters)))).toEqual(filters)
    expect(queryOf(noFilters)).toEqual({})
  })

  test('matches every word of the text, in the name, ids and error, in any case', () => {
    const rows = [row(), row({ error: 'Denied: no access' }), row({ name: 'Denied orders' })]
    const found = (text: string) => filterRows(rows, { ...noFilters, text }, 0)
    expect(found('DENIED')).toHaveLength(2)
    expect(found('denied access')).toEqual([rows[1]])
  })

  test('combines status, reason, type, project and time', () => {
    const rows = [row(), row({ status: 'PARKED', reason: 'DENIED' }), row({ updatedAtMs: 3_700_000 })]
    expect(filterRows(rows, { ...noFilters, reason: ['DENIED'] }, 0)).toEqual([rows[1]])
    expect(filterRows(rows, { ...noFilters, status: ['FAILED'], since: '1h' }, 3_700_000)).toEqual([rows[2]])
    expect(filterRows(rows, { ...noFilters, project: 'other' }, 0)).toEqual([])
    expect(filterRows(rows, { ...noFilters, type: ['BUSINESS_DESCRIPTIONS'] }, 0)).toEqual([])
  })
})

describe('mergeChanged', () => {
  const keyed = (key: string, updatedAtMs: number) => row({ key, updatedAtMs })

  test('puts changed rows in their places, adds new ones, and leaves out removed ones', () => {
    const before = [keyed('a', 40), keyed('b', 30), keyed('c', 20)]
    const rows = new Map(
      [keyed('a', 25), keyed('c', 20), keyed('d', 50), keyed('e', 1)].map((one) => [one.key, one]),
    )
    const merged = mergeChanged(before, rows, new Set(['a', 'b', 'd', 'e']))
    expect(merged.map(({ key }) => key)).toEqual(['d', 'a', 'c', 'e'])
  })

  test('returns the same list when nothing changed', () => {
    const before = [keyed('a', 40)]
    expect(mergeChanged(before, new Map([['a', keyed('a', 40)]]), new Set())).toBe(before)
  })
})

describe('decisionOf', () => {
  const run = {
    state: 'IN_FLIGHT',
    projectId: 'sales',
    attempt: 1,
    createdAtMs: 0,
    subject: { revision: '1', types: ['BUSINESS_NAMES'] },
    request: { requestKey: 'event:1', requestedAtMs: 0, lane: 'live' },
    history: [],
  }

  test('names the rule, the version of the policy, and its settings', () => {
    const policy = { version: 3, rule: 2, retry: { attempts: 3, delayMs: 60_000 } }
    expect(decisionOf({ ...run, policy })).toBe(
      'rules[2] of policy version 3: run names, in lane live, up to 3 attempts, 1m apart',
    )
  })

  test('returns undefined for a run without a policy', () => {
    expect(decisionOf(run)).toBeUndefined()
  })
})

describe('an exported row', () => {
  test('writes CSV that no spreadsheet runs as a formula', () => {
    const [head, line] = csvOf([row({ name: '=HYPERLINK("http://evil")', error: 'a, "b"\nc' })]).split('\r\n')
    expect(head).toMatch(/^domainId,projectId,/)
    expect(line).toContain(`"'=HYPERLINK(""http://evil"")"`)
    expect(line).toContain('"a, ""b""\nc"')
  })

  test('writes one JSON object on each line', () => {
    const lines = jsonLinesOf([row(), row({ target: 'customers' })])
      .trimEnd()
      .split('\n')
    expect(lines.map((line) => JSON.parse(line).target)).toEqual(['orders', 'customers'])
  })
})

describe('format', () => {
  test.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [4200, '4.2 s'],
    [59_400, '59 s'],
    [190_000, '3m 10s'],
    [7_500_000, '2h 5m'],
    [360_000_000, '4d 4h'],
  ])('writes %i ms as %s', (ms, text) => expect(duration(ms)).toBe(text))

  test('writes how long ago or how soon a time is', () => {
    expect(relative(0, 12_000)).toBe('12s ago')
    expect(relative(180_000, 0)).toBe('in 3m')
  })

  test('shows control and direction characters as their code points', () => {
    expect(visible('a\u202Eb\u0000c\u200D')).toBe('a⟨202E⟩b⟨0000⟩c⟨200D⟩')
  })

  test('never rounds a share to 0% or 100%', () => {
    expect([
      percent(0, 300),
      percent(1, 300),
      percent(150, 300),
      percent(299, 300),
      percent(300, 300),
    ]).toEqual(['0%', '<1%', '50%', '>99%', '100%'])
  })
})

describe('the form of a request', () => {
  const [asset = {}, source = {}] = requestSchema.oneOf

  test('has a field for everything but the constants', () => {
    expect(fieldsOf(asset).map(({ path }) => path)).toEqual(
      expect.arrayContaining(['requestId', 'domainId', 'projectId', 'asset.id', 'types', 'regenerate']),
    )
    expect(fieldsOf(asset).map(({ path }) => path)).not.toContain('version')
  })

  test('makes requests that the queue accepts, without the empty fields', () => {
    const common = {
      requestId: 'r-1',
      domainId: 'dzd_a',
      projectId: 'p',
      correlationId: '',
      regenerate: false,
    }
    const drafts = [
      requestOf(asset, { ...common, 'asset.id': 'orders', types: ['BUSINESS_NAMES'] }),
      requestOf(source, { ...common, 'dataSource.id': 'glue', triggerKey: 'load-1' }),
    ]
    for (const draft of drafts) expect(parseWith(RunRequest, draft)).toMatchObject({ ok: true })
    expect(drafts[0]).not.toHaveProperty('correlationId')
  })
})

describe('the grid of assets', () => {
  const asset = (assetId: string, over: object = {}) => ({
    domainId: 'dzd_a',
    projectId: 'sales',
    assetId,
    name: assetId,
    revision: '1',
    hasDescription: false,
    ...over,
  })

  test('shows the newest run of each asset, or why it has none', () => {
    const cells = cellsOf(
      [
        asset('orders'),
        asset('never'),
        asset('staging', { skippedBy: 'rules[0]' }),
        asset('done'),
        asset('old'),
      ],
      [
        row({ revision: '1' }),
        row({ status: 'SUCCEEDED', updatedAtMs: 1 }),
        row({ target: 'done', revision: '1', status: 'SUCCEEDED' }),
        row({ target: 'old', revision: '0', status: 'SUCCEEDED' }),
      ],
    )
    expect(cells.map(({ standing }) => standing)).toEqual([
      'FAILED',
      'NEVER',
      'SKIPPED',
      'REVIEW',
      'SUCCEEDED',
    ])
    expect(tallyOf(cells)).toHaveLength(5)
  })
})
