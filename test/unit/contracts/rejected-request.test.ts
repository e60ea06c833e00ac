import { describe, expect, test } from 'vitest'
import { rejectedRequest } from '../../../lib/contracts/rejected-request.ts'
import { t0 } from '../../support/runs.ts'

const limit = 256 * 1024

test('returns a small body unchanged', () => {
  expect(rejectedRequest('event-1', t0, ['kind: must be x'], '{"kind":1}')).toEqual({
    version: 1,
    eventId: 'event-1',
    rejectedAt: '2026-11-20T02:14:00.000Z',
    reasons: ['kind: must be x'],
    body: '{"kind":1}',
    truncated: false,
  })
})

describe('P2: rejectedRequest of a hostile body', () => {
  test.each([
    ['plain characters', 'x'],
    ['quotes, which take two characters in JSON', '"'],
    ['control characters, which take six characters in JSON', '\u0001'],
    ['characters of three bytes', '語'],
    ['characters of four bytes', '😀'],
    ['unpaired surrogates', '\ud800'],
  ])('fits a message with %s', (_name, unit) => {
    const reasons = Array.from({ length: 20 }, () => unit.repeat(1000))
    const copy = rejectedRequest('e', t0, reasons, unit.repeat(1024 * 1024))
    expect(Buffer.byteLength(JSON.stringify(copy))).toBeLessThan(limit)
    expect(copy.truncated).toBe(true)
    expect(copy.body.length).toBeGreaterThan(10_000)
  })

  test('cuts a reason between characters, not within one', () => {
    const [reason] = rejectedRequest('e', t0, [`${'x'.repeat(299)}😀`], '').reasons
    expect(reason?.isWellFormed()).toBe(true)
    expect(reason?.length).toBeLessThanOrEqual(300)
  })

  test('keeps the beginning of the body', () => {
    const body = `{"requestId":"nightly-1","comment":"${'\u0001'.repeat(150_000)}"}`
    const copy = rejectedRequest('e', t0, [], body)
    expect(body.startsWith(copy.body)).toBe(true)
    expect(copy.body.length).toBe(25_000)
  })

  test('keeps a body at the limit whole, and cuts one that is a character longer', () => {
    expect(rejectedRequest('e', t0, [], 'x'.repeat(100_000)).truncated).toBe(false)
    expect(rejectedRequest('e', t0, [], 'x'.repeat(100_001)).truncated).toBe(true)
  })
})
