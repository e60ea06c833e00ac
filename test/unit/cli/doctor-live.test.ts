import { describe, expect, test } from 'vitest'
import { eventShapes } from '../../../cli/doctor/event-shapes.ts'
import { listFacts } from '../../../cli/doctor/list-facts.ts'

const known = {
  domainId: 'dzd_secret1234567',
  projectIds: new Set(['projectsecret1']),
  assetIds: new Set(['assetsecret01']),
  runIds: new Set(['runsecret00001']),
}

const event = (detail: unknown, type = 'Metadata Generation Succeeded') =>
  JSON.stringify({ account: '123456789012', region: 'eu-west-1', 'detail-type': type, detail })

describe('eventShapes', () => {
  test('keeps the kinds of values, but no values', () => {
    const shapes = eventShapes(
      [
        event({
          metadata: {
            id: 'runsecret00001',
            domain: 'dzd_secret1234567',
            owningProjectId: 'projectsecret1',
            awsAccountId: '123456789012',
            version: 3,
            user: null,
          },
          data: {
            assetId: 'assetsecret01',
            name: 'Salaries of 2026',
            nested: { salaries: 1 },
            list: ['secret'],
            ok: true,
          },
        }),
      ],
      known,
    )
    expect(shapes).toEqual({
      'Metadata Generation Succeeded': {
        seen: 1,
        metadata: {
          id: 'run-id',
          domain: 'domain-id',
          owningProjectId: 'project-id',
          awsAccountId: 'string',
          version: 'number',
          user: 'null',
        },
        data: { assetId: 'asset-id', name: 'string', nested: 'object', list: 'list', ok: 'boolean' },
      },
    })
    expect(JSON.stringify(shapes)).not.toMatch(/secret|salaries|\d{12}/i)
  })

  test('merges the fields of several events of a detail-type', () => {
    const shapes = eventShapes(
      [event({ metadata: { id: 'x' } }), event({ data: { assetId: 'assetsecret01' } })],
      known,
    )
    expect(shapes['Metadata Generation Succeeded']).toEqual({
      seen: 2,
      metadata: { id: 'string' },
      data: { assetId: 'asset-id' },
    })
  })

  test.each([
    ['text that is not JSON', 'secret'],
    ['no detail-type', '{"detail":{}}'],
    ['a detail-type that is not a sentence', event({}, 'secret-1234')],
    ['a detail-type with an account', event({}, 'Run of 123456789012')],
  ])('leaves out a body with %s', (_, body) => {
    expect(eventShapes([body], known)).toEqual({})
  })

  test('leaves out a field whose name may identify the account', () => {
    const shapes = eventShapes(
      [event({ metadata: { project_secret1: 1, 'a b': 1, Secret: 1 }, data: 'text' })],
      known,
    )
    expect(shapes['Metadata Generation Succeeded']).toEqual({ seen: 1, metadata: {}, data: {} })
  })
})

describe('listFacts', () => {
  const at = (...times: readonly (number | undefined)[]) => times.map((createdAtMs) => ({ createdAtMs }))

  test.each([
    ['newest', at(3, 2, 2, 1)],
    ['oldest', at(1, 2, 2, 3)],
    ['other', at(1, 3, 2)],
    [null, at(2, 1)],
    [null, at(2, undefined, 1)],
  ])('recognizes the order %s (case %#)', (order, runs) => {
    expect(listFacts(runs)).toEqual({ order, runsSeen: runs.length, unrecognizedStatuses: [] })
  })

  test('keeps an unknown status that looks like a word of the service', () => {
    const statuses = ['SUCCEEDED', 'QUEUED', 'QUEUED', 'of team Sales', undefined]
    expect(listFacts(statuses.map((status) => ({ status }))).unrecognizedStatuses).toEqual(['QUEUED'])
  })
})
