import { describe, expect, test } from 'vitest'
import { busEvent } from '../../../local/eventbridge/bus-event.ts'
import { targetText } from '../../../local/eventbridge/target-input.ts'
import type { TargetInput } from '../../../local/template/rules.ts'

const now = new Date('2026-01-02T03:04:05.678Z')
const event = busEvent(
  {
    id: 'event-1',
    source: 'aws.datazone',
    'detail-type': 'Asset Added To Catalog',
    detail: { asset: { name: 'the "best" one', count: 2 }, list: ['a', { b: 1 }] },
  },
  { account: '0', region: 'eu-west-1' },
  now,
)
const rule = { arn: 'arn:rule', name: 'rule' }
const send = (input: TargetInput) => targetText(input, event, rule, now)
const paths = {
  name: '$.detail.asset.name',
  count: '$.detail.asset.count',
  asset: '$.detail.asset',
  b: '$.detail.list[1].b',
  missing: '$.detail.missing.more',
}
const fill = (template: string) => send({ kind: 'template', paths, template })

describe('targetText', () => {
  test('returns the event, with its time in whole seconds', () => {
    expect(JSON.parse(send({ kind: 'event' }))).toEqual({
      version: '0',
      id: 'event-1',
      account: '0',
      region: 'eu-west-1',
      time: '2026-01-02T03:04:05Z',
      resources: [],
      source: 'aws.datazone',
      'detail-type': 'Asset Added To Catalog',
      detail: event.detail,
    })
  })

  test('returns a constant', () => {
    expect(send({ kind: 'constant', text: '{"a":1}' })).toBe('{"a":1}')
  })

  test('returns a part of the event', () => {
    expect(send({ kind: 'path', path: '$.detail.asset.count' })).toBe('2')
  })

  test.each([
    ['{"name": <name>, "count": <count>}', { name: 'the "best" one', count: 2 }],
    ['{"text": "<count> of <name>"}', { text: '2 of the "best" one' }],
    ['{"asset": <asset>, "b": <b>}', { asset: { name: 'the "best" one', count: 2 }, b: 1 }],
    ['{"missing": <missing>, "quoted": "<missing>"}', { missing: '', quoted: '' }],
    ['{"rule": <aws.events.rule-name>, "arn": "<aws.events.rule-arn>"}', { rule: 'rule', arn: 'arn:rule' }],
    ['{"at": <aws.events.event.ingestion-time>}', { at: '2026-01-02T03:04:05.678Z' }],
    ['{"whole": <aws.events.event.json>}', { whole: event }],
    ['{"escaped \\" <count>": <count>}', { 'escaped " 2': 2 }],
    ['"<name>: <count>"', 'the "best" one: 2'],
  ])('fills in the template %s', (template, expected) => {
    expect(JSON.parse(fill(template))).toEqual(expected)
  })

  test('refuses a variable without a path', () => {
    expect(() => fill('<unknown>')).toThrow('uses <unknown>, which InputPathsMap does not define')
  })

  test('refuses a path with more than dots and indices', () => {
    expect(() => send({ kind: 'path', path: '$..name' })).toThrow('$..name is not a JSON path')
  })
})
