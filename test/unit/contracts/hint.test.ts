import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hintNames, readHint } from '../../../lib/contracts/hint.ts'

const domain = 'dzd_orders'

const bodyOf = (metadata: object, data: unknown = {}, name: string = 'Metadata Generation Succeeded') =>
  JSON.stringify({
    version: '0',
    id: 'event-1',
    source: 'aws.datazone',
    'detail-type': name,
    detail: { version: '1', metadata: { domain, ...metadata }, data },
  })

const idsOf = (metadata: object, data?: unknown) => {
  const read = readHint(bodyOf(metadata, data))
  return read.kind === 'hint' ? read.hint.ids : read.problems
}

test.each([
  ['a run or an asset in metadata.id', { id: 'run-1', version: '4' }, {}, ['run-1']],
  ['both', { id: 'run-1' }, { assetId: 'asset-1' }, ['run-1', 'asset-1']],
  ['a run in data', {}, { runId: 'run-1' }, ['run-1']],
  ['a target like that of Start', {}, { target: { type: 'ASSET', identifier: 'asset-1' } }, ['asset-1']],
  ['the same twice', { id: 'asset-1' }, { assetId: 'asset-1' }, ['asset-1']],
  ['only the domain', { user: 'somebody' }, {}, []],
  ['no data at all', { id: 'run-1' }, null, ['run-1']],
  ['ids that are none', { id: 7 }, { assetId: '../..', runId: 'x'.repeat(37), id: null }, []],
])('reads %s', (_, metadata, data, ids) => {
  expect(idsOf(metadata, data)).toEqual(ids)
})

test.each([
  ['Metadata Generation Succeeded', 'SUCCEEDED', true],
  ['Metadata Generation Failed', 'FAILED', true],
  ['Metadata Generation Canceled', 'CANCELED', true],
  ['Business Name Generation Succeeded', 'SUCCEEDED', false],
  ['Business Name Generation Failed', 'FAILED', false],
])('%s means %s', (name, verdict, tellsRun) => {
  expect(readHint(bodyOf({ id: 'run-1' }, {}, name))).toEqual({
    kind: 'hint',
    hint: { name, domainId: domain, ids: ['run-1'], verdict, tellsRun },
  })
  expect(hintNames).toContain(name)
})

test.each([
  ['no JSON', 'succeeded!'],
  ['null', 'null'],
  ['a list', '[]'],
  ['another source', bodyOf({}).replace('aws.datazone', 'aws.evil')],
  ['another event', bodyOf({}, {}, 'Metadata Generation Accepted')],
  ['a name of Object.prototype', bodyOf({}, {}, 'constructor')],
  ['no domain', bodyOf({ domain: undefined })],
  ['a domain that is none', bodyOf({ domain: '#' })],
  ['no detail', '{"source":"aws.datazone","detail-type":"Metadata Generation Failed"}'],
])('ignores %s, and says why', (_, body) => {
  expect(readHint(body)).toMatchObject({ kind: 'ignored', problems: [expect.any(String)] })
})

test('P8: never throws, and never reads an id that DataZone could not have', () => {
  const anyId = fc.oneof(fc.string(), fc.jsonValue(), fc.constantFrom('__proto__', 'run-1'))
  const anyData = fc.oneof(
    fc.jsonValue(),
    fc.record({ runId: anyId, assetId: anyId, target: fc.jsonValue() }, { requiredKeys: [] }),
  )
  fc.assert(
    fc.property(anyId, anyData, fc.string(), (id, data, text) => {
      readHint(text)
      const read = readHint(bodyOf({ id }, data))
      if (read.kind === 'hint') for (const found of read.hint.ids) expect(found).toMatch(/^[\w-]{1,36}$/)
    }),
  )
})
