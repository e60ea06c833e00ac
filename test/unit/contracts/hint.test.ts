import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseServiceEvent, serviceEventNames } from '../../../lib/contracts/service-event.ts'

const domain = 'dzd_orders'

const bodyOf = (metadata: object, data: unknown = {}, name: string = 'Metadata Generation Succeeded') =>
  JSON.stringify({
    version: '0',
    id: 'event-1',
    time: '2026-11-20T02:14:03Z',
    source: 'aws.datazone',
    'detail-type': name,
    detail: { version: '1', metadata: { domain, ...metadata }, data },
  })

const idsOf = (metadata: object, data?: unknown) => {
  const read = parseServiceEvent(bodyOf(metadata, data))
  return read.kind === 'hint' ? read.hint.ids : read
}

test.each([
  ['a run or an asset in metadata.id', { id: 'run-1', version: '4' }, {}, ['run-1']],
  ['both a run and an asset', { id: 'run-1' }, { assetId: 'asset-1' }, ['run-1', 'asset-1']],
  ['a run in data', {}, { runId: 'run-1' }, ['run-1']],
  ['a target like that of Start', {}, { target: { type: 'ASSET', identifier: 'asset-1' } }, ['asset-1']],
  ['the same id once', { id: 'asset-1' }, { assetId: 'asset-1' }, ['asset-1']],
  ['only the domain', { user: 'jo' }, {}, []],
  ['no data at all', { id: 'run-1' }, null, ['run-1']],
  ['no malformed ids', { id: 7 }, { assetId: '../..', runId: 'x'.repeat(37), id: null }, []],
])('reads %s', (_, metadata, data, ids) => {
  expect(idsOf(metadata, data)).toEqual(ids)
})

test.each(['metadataGenerationRunId', 'id', 'identifier', 'entityId'])(
  'reads the field %s of data',
  (name) => {
    expect(idsOf({}, { [name]: 'id-1' })).toEqual(['id-1'])
  },
)

test.each([
  ['Metadata Generation Succeeded', 'SUCCEEDED'],
  ['Metadata Generation Failed', 'FAILED'],
  ['Metadata Generation Canceled', 'CANCELED'],
  ['Business Name Generation Succeeded', 'SUCCEEDED'],
  ['Business Name Generation Failed', 'FAILED'],
])('reads %s as %s', (name, verdict) => {
  expect(parseServiceEvent(bodyOf({ id: 'run-1' }, {}, name))).toEqual({
    kind: 'hint',
    hint: { name, domainId: domain, ids: ['run-1'], verdict },
  })
  expect(serviceEventNames).toContain(name)
})

test.each([
  ['Data Source Run Triggered', 'TRIGGERED'],
  ['Data Source Run Succeeded', 'ENDED'],
  ['Data Source Run Failed', 'ENDED'],
])('reads %s as %s', (name, phase) => {
  const data = { dataSourceId: 'source-1', dataSourceRunType: 'SCHEDULED' }
  expect(parseServiceEvent(bodyOf({ id: 'run-1', owningProjectId: 'project-1' }, data, name))).toEqual({
    kind: 'source-hint',
    hint: {
      domainId: domain,
      phase,
      runId: 'run-1',
      dataSourceId: 'source-1',
      projectId: 'project-1',
      eventId: 'event-1',
      happenedAtMs: Date.parse('2026-11-20T02:14:03Z'),
    },
  })
  expect(serviceEventNames).toContain(name)
})

test('requires only the domain of a data source event, and drops malformed ids', () => {
  const wrong = bodyOf({ id: 7, owningProjectId: '#' }, { dataSourceId: '../..' }, 'Data Source Run Failed')
    .replace('"event-1"', '"\\u0000"')
    .replace('2026-11-20T02:14:03Z', 'yesterday')
  expect(parseServiceEvent(wrong)).toEqual({
    kind: 'source-hint',
    hint: { domainId: domain, phase: 'ENDED' },
  })
})

test('reads the asset of an acceptance', () => {
  const accepted = bodyOf({ id: 'asset-1' }, {}, 'Metadata Generation Accepted')
  const about = { domainId: domain, assetId: 'asset-1' }
  const acceptedAtMs = Date.parse('2026-11-20T02:14:03Z')
  expect(parseServiceEvent(accepted)).toEqual({ kind: 'acceptance', acceptance: { ...about, acceptedAtMs } })
  const untimed = accepted.replace('2026-11-20T02:14:03Z', '')
  expect(parseServiceEvent(untimed)).toEqual({ kind: 'acceptance', acceptance: about })
  expect(serviceEventNames).toContain('Metadata Generation Accepted')
})

test.each([
  ['a body that is not JSON', 'succeeded!'],
  ['null', 'null'],
  ['a list', '[]'],
  ['another source', bodyOf({}).replace('aws.datazone', 'aws.evil')],
  ['another event', bodyOf({}, {}, 'Metadata Generation Rejected')],
  ['an acceptance without an asset', bodyOf({}, {}, 'Metadata Generation Accepted')],
  [
    'an acceptance without a domain',
    bodyOf({ id: 'a', domain: undefined }, {}, 'Metadata Generation Accepted'),
  ],
  ['a data source run without a domain', bodyOf({ domain: '' }, {}, 'Data Source Run Failed')],
  ['a name of Object.prototype', bodyOf({}, {}, 'constructor')],
  ['no domain', bodyOf({ domain: undefined })],
  ['a malformed domain', bodyOf({ domain: '#' })],
  ['no detail', '{"source":"aws.datazone","detail-type":"Metadata Generation Failed"}'],
])('ignores %s, and says why', (_, body) => {
  expect(parseServiceEvent(body)).toMatchObject({ kind: 'ignored', problems: [expect.any(String)] })
})

test('P8: never throws, and never reads an id that DataZone could not have', () => {
  const anyId = fc.oneof(fc.string(), fc.jsonValue(), fc.constantFrom('__proto__', 'run-1'))
  const anyData = fc.oneof(
    fc.jsonValue(),
    fc.record({ runId: anyId, assetId: anyId, target: fc.jsonValue() }, { requiredKeys: [] }),
  )
  fc.assert(
    fc.property(
      anyId,
      anyData,
      fc.string(),
      fc.constantFrom(...serviceEventNames),
      (id, data, text, name) => {
        parseServiceEvent(text)
        parseServiceEvent(bodyOf({ id, owningProjectId: id }, data, name))
        const read = parseServiceEvent(bodyOf({ id }, data))
        if (read.kind === 'hint') for (const found of read.hint.ids) expect(found).toMatch(/^[\w-]{1,36}$/)
      },
    ),
  )
})
