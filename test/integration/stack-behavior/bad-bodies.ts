import type { MetadataRunRequest } from '../../../lib/contracts/run-request.ts'
import { publishedEvent, runRequest } from '../../support/requests.ts'

/** A body that must be rejected for reasons that match a pattern. */
export interface BadBody {
  readonly what: string
  readonly body: string
  readonly reason: RegExp
}

const good = runRequest('never-run')

const without = (field: keyof MetadataRunRequest): object =>
  Object.fromEntries(Object.entries(good).filter(([name]) => name !== field))

/** Strings that break code that trusts its input. None is a valid id, type or time. */
const hostileStrings: readonly string[] = [
  '',
  '../../etc/passwd',
  "'; DROP TABLE runs; --",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the hostile string itself
  '${jndi:ldap://127.0.0.1/a}',
  '<script>alert(1)</script>',
  '\u0000\u0007\u001b[2J',
  '\u202egnp.exe',
  '\ud800',
  '💣'.repeat(50),
  'a'.repeat(5000),
]

const fields: Readonly<Record<string, (value: string) => object>> = {
  requestId: (value) => ({ ...good, requestId: `é${value}` }),
  kind: (value) => ({ ...good, kind: value }),
  domainId: (value) => ({ ...good, domainId: `dzd_${value}` }),
  projectId: (value) => ({ ...good, projectId: value }),
  'asset.id': (value) => ({ ...good, asset: { id: value } }),
  'asset.revision': (value) => ({ ...good, asset: { id: 'never-run', revision: `\ud800${value}` } }),
  'types.0': (value) => ({ ...good, types: [value] }),
  lane: (value) => ({ ...good, lane: value }),
  correlationId: (value) => ({ ...good, correlationId: `é${value}` }),
  requestedAt: (value) => ({ ...good, requestedAt: value }),
  regenerate: (value) => ({ ...good, regenerate: value }),
}

const event = publishedEvent('never-run')

const shapes: readonly (readonly [string, string | object, RegExp])[] = [
  ['text that is not JSON', 'publish everything', /JSON object/],
  ['truncated JSON', '{"version":1,', /JSON object/],
  ['JSON that is not an object', '[1]', /JSON object/],
  ['null', 'null', /JSON object/],
  ['an empty object', {}, /version: must be 1/],
  ['the wrong version', { ...good, version: 2 }, /version/],
  ['an unknown kind', { ...good, kind: 'POETRY' }, /kind/],
  ['an unknown type', { ...good, types: ['POEMS'] }, /types\.0/],
  ['no types', { ...good, types: [] }, /types/],
  ['a repeated type', { ...good, types: ['BUSINESS_NAMES', 'BUSINESS_NAMES'] }, /types.*repeat/],
  ['a domain that breaks the pattern', { ...good, domainId: 'my-domain' }, /domainId/],
  ['an unknown field', { ...good, regenrate: true }, /regenrate/],
  ['a field whose name SQS cannot carry', { ...good, '\uffff': 1 }, /unknown fields/],
  ['a prototype', '{"__proto__":{"version":1},"constructor":{"prototype":{}}}', /version/],
  ['an event of an unknown source', { ...event, source: 'aws.glue' }, /source/],
  ['a release message without a record', { release: 1, domainId: 'x', assetId: '', record: '' }, /domainId/],
  ['256 KiB of junk', 'x'.repeat(256 * 1024), /JSON object/],
  ['256 KiB of quotes', '"'.repeat(256 * 1024), /JSON object/],
]

const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16)}`

/** Encodes JSON in characters that SQS accepts. The local server accepts none outside the basic multilingual plane. */
export const text = (body: string | object): string =>
  typeof body === 'string' ? body : JSON.stringify(body).replaceAll(/[\ud800-\udfff\ufffe\uffff]/g, escaped)

/** Bodies of wrong shapes, without each required field, and with hostile strings in every field. */
export const badBodies: readonly BadBody[] = [
  ...shapes.map(([what, body, reason]) => ({ what, body: text(body), reason })),
  ...(['version', 'requestId', 'kind', 'domainId', 'projectId', 'asset'] as const).map((field) => ({
    what: `no ${field}`,
    body: text(without(field)),
    reason: new RegExp(`${field}: (is missing|must be)`),
  })),
  ...Object.entries(fields).flatMap(([field, make]) =>
    hostileStrings.map((value, index) => ({
      what: `hostile string ${index} in ${field}`,
      body: text(make(value)),
      reason: new RegExp(field.replace('.', '\\.')),
    })),
  ),
]
