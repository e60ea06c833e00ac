import { describe, expect, test } from 'vitest'
import { compilePattern } from '../../../local/eventbridge/event-pattern.ts'

/** The event in EventBridge's documentation of patterns, with a few more fields. */
const event = {
  version: '0',
  source: 'aws.ec2',
  'detail-type': 'EC2 Instance State-change Notification',
  region: 'us-west-1',
  resources: ['arn:aws:ec2:us-west-1:123:instance/i-1', 'arn:aws:ec2:us-west-1:123:image/i-2'],
  detail: {
    state: 'running',
    'c-count': 5,
    'd-count': -1.5,
    nothing: null,
    empty: '',
    flag: true,
    tags: ['Blue', 'green'],
    nested: { code: 'A7', deeper: { x: 1 } },
    items: [
      { kind: 'a', size: 1 },
      { kind: 'b', size: 20 },
    ],
  },
}

const detail = (pattern: Record<string, unknown>) => ({ detail: pattern })

describe('compilePattern', () => {
  test.each<[string, Record<string, unknown>]>([
    ['an exact value', { source: ['aws.ec2'] }],
    ['one of several values', { source: ['aws.s3', 'aws.ec2'] }],
    ['several fields', { source: ['aws.ec2'], region: ['us-west-1'] }],
    ['nested fields', detail({ nested: { deeper: { x: [1] } } })],
    ['null', detail({ nothing: [null] })],
    ['an empty string', detail({ empty: [''] })],
    ['a boolean', detail({ flag: [true] })],
    ['an item of a list', detail({ tags: ['green'] })],
    ['a prefix, of an item of a list', { resources: [{ prefix: 'arn:aws:ec2:us-west-1:123:image/' }] }],
    ['a field of an object in a list', detail({ items: { size: [20] } })],
    ['a prefix', { region: [{ prefix: 'us-' }] }],
    ['a prefix, ignoring case', { region: [{ prefix: { 'equals-ignore-case': 'US-' } }] }],
    ['a suffix', { region: [{ suffix: '-1' }] }],
    ['a suffix, ignoring case', { source: [{ suffix: { 'equals-ignore-case': '.EC2' } }] }],
    ['equals-ignore-case', detail({ tags: [{ 'equals-ignore-case': 'BLUE' }] })],
    ['a wildcard', { resources: [{ wildcard: 'arn:aws:*:instance/*' }] }],
    ['anything but a string', detail({ state: [{ 'anything-but': 'stopped' }] })],
    ['anything but a list', detail({ state: [{ 'anything-but': ['stopped', 'overloaded'] }] })],
    ['anything but a number', detail({ 'c-count': [{ 'anything-but': 7 }] })],
    ['anything but a prefix', detail({ state: [{ 'anything-but': { prefix: 'init' } }] })],
    ['anything but prefixes', detail({ state: [{ 'anything-but': { prefix: ['init', 'stop'] } }] })],
    ['anything but a suffix', { region: [{ 'anything-but': { suffix: '-2' } }] }],
    [
      'anything but, ignoring case',
      detail({ state: [{ 'anything-but': { 'equals-ignore-case': 'STOPPED' } }] }),
    ],
    ['a number above', detail({ 'c-count': [{ numeric: ['>', 0] }] })],
    [
      'a number in a range',
      detail({ 'c-count': [{ numeric: ['>', 0, '<=', 5] }], 'd-count': [{ numeric: ['<', 0] }] }),
    ],
    ['a number equal', detail({ 'd-count': [{ numeric: ['=', -1.5] }] })],
    ['a field that exists', detail({ state: [{ exists: true }] })],
    ['a field that does not exist', detail({ missing: [{ exists: false }] })],
    ['an absent leaf below an absent object', detail({ missing: { below: [{ exists: false }] } })],
    ['exists: true for a null field', detail({ nothing: [{ exists: true }] })],
    ['one branch of $or', { $or: [{ source: ['aws.s3'] }, detail({ 'c-count': [{ numeric: ['>', 4] }] })] }],
    ['$or beside a field', { source: ['aws.ec2'], $or: [{ region: ['x'] }, { region: ['us-west-1'] }] }],
    ['$or within detail', detail({ $or: [{ state: ['x'] }, { flag: [true] }] })],
    ['a value or an operator', detail({ state: ['x', { prefix: 'run' }] })],
  ])('matches %s', (_, pattern) => {
    expect(compilePattern(pattern)(event)).toBe(true)
  })

  test.each<[string, Record<string, unknown>]>([
    ['another value', { source: ['aws.s3'] }],
    ['an event in which one field differs', { source: ['aws.ec2'], region: ['us-west-2'] }],
    ['a string in place of a number', detail({ 'c-count': ['5'] })],
    ['another case', detail({ state: ['RUNNING'] })],
    ['a missing field', detail({ missing: ['x'] })],
    ['null for a missing field', detail({ missing: [null] })],
    ['anything but a value, for a missing field', detail({ missing: [{ 'anything-but': 'x' }] })],
    ['anything but a list that holds the value', detail({ state: [{ 'anything-but': ['running'] }] })],
    ['anything but a prefix of the value', detail({ state: [{ 'anything-but': { prefix: ['x', 'run'] } }] })],
    ['a numeric comparison of a string', detail({ state: [{ numeric: ['>', 0] }] })],
    ['a number outside a range', detail({ 'c-count': [{ numeric: ['>', 5, '<', 9] }] })],
    ['exists on an object, which is not a leaf', detail({ nested: [{ exists: true }] })],
    ['exists: false for a field that exists', detail({ state: [{ exists: false }] })],
    ['no branch of $or', { $or: [{ source: ['aws.s3'] }, { region: ['x'] }] }],
    [
      '$or beside a field that differs',
      { source: ['x'], $or: [{ region: ['us-west-1'] }, { region: ['y'] }] },
    ],
    ['a wildcard that covers only part of the value', { region: [{ wildcard: 'us-*-2' }] }],
    ['an inherited property', { toString: [{ exists: true }] }],
  ])('does not match %s', (_, pattern) => {
    expect(compilePattern(pattern)(event)).toBe(false)
  })
})

test.each<[unknown, string]>([
  [{}, 'pattern: expected an object with fields'],
  [{ detail: 'x' }, 'pattern.detail: expected an object with fields'],
  [{ source: [{ cidr: '10.0.0.0/8' }] }, 'pattern.source.0: cidr is not supported by the local stack'],
  [{ source: [{ prefix: 7 }] }, 'pattern.source.0: prefix needs a text'],
  [{ source: [{ prefix: 'a', suffix: 'b' }] }, 'pattern.source.0: must have one operator, not 2'],
  [{ n: [{ numeric: ['>'] }] }, 'pattern.n.0: > undefined is not a comparison'],
  [{ n: [{ numeric: 5 }] }, 'pattern.n.0: numeric needs a list'],
  [{ source: [{ exists: 'yes' }] }, 'pattern.source.0: exists needs true or false'],
  [{ source: [] }, 'pattern.source: expected at least one value'],
  [{ $or: {} }, 'pattern.$or: expected a list'],
])('refuses a pattern that it does not support: %o', (pattern, message) => {
  expect(() => compilePattern(pattern)).toThrow(message)
})
