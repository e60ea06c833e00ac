import { describe, expect, test } from 'vitest'
import { entryBytes, readEntry, readPutEvents } from '../../../local/eventbridge/put-events.ts'

const entry = { Source: 's', DetailType: 't', Detail: '{}' }
const buses = new Set(['default', 'mine'])

describe('readPutEvents', () => {
  test('refuses a call without entries or with eleven', () => {
    expect(readPutEvents({ Entries: [] })).toMatchObject({
      refusal: expect.stringContaining('greater than or equal to 1'),
    })
    expect(readPutEvents({ Entries: Array(11).fill(entry) })).toMatchObject({
      refusal: expect.stringContaining('less than or equal to 10'),
    })
    expect(readPutEvents({})).toMatchObject({ refusal: expect.any(String) })
  })

  test('refuses a call one byte over the size limit', () => {
    const half = { ...entry, Detail: 'x'.repeat(524_286) }
    expect(entryBytes(half)).toBe(524_288)
    expect('refusal' in readPutEvents({ Entries: [half, half] })).toBe(false)
    expect('refusal' in readPutEvents({ Entries: [half, { ...half, Source: 'ss' }] })).toBe(true)
  })

  test('counts the bytes of strings and resources, and 14 for a time', () => {
    expect(entryBytes({ Source: 'é', DetailType: 't', Detail: '{}', Resources: ['ab'], Time: 1 })).toBe(
      2 + 1 + 2 + 2 + 14,
    )
  })
})

describe('readEntry', () => {
  test('accepts a bus by name or ARN, and uses the default bus when none is named', () => {
    expect(readEntry(entry, buses)).toMatchObject({ bus: 'default', detail: {} })
    expect(readEntry({ ...entry, EventBusName: 'mine' }, buses)).toMatchObject({ bus: 'mine' })
    expect(readEntry({ ...entry, EventBusName: 'arn:aws:events:r:0:event-bus/mine' }, buses)).toMatchObject({
      bus: 'mine',
    })
  })

  test.each([
    [{ ...entry, Source: '' }, 'InvalidArgument', 'Source is a required argument'],
    [{ Source: 's', Detail: '{}' }, 'InvalidArgument', 'DetailType is a required argument'],
    [{ Source: 's', DetailType: 't' }, 'InvalidArgument', 'Detail is a required argument'],
    [{ ...entry, Detail: 'not json' }, 'MalformedDetail', 'malformed'],
    [{ ...entry, Detail: '[]' }, 'MalformedDetail', 'malformed'],
    [{ ...entry, Detail: '"text"' }, 'MalformedDetail', 'malformed'],
    [{ ...entry, Source: 'aws.datazone' }, 'NotAuthorizedForSourceException', 'Not authorized'],
    [{ ...entry, EventBusName: 'other' }, 'ResourceNotFoundException', 'other does not exist'],
  ])('fails %j with %s', (given, code, message) => {
    expect(readEntry(given, buses)).toEqual({
      ErrorCode: code,
      ErrorMessage: expect.stringContaining(message),
    })
  })
})
