import { describe, expect, test } from 'vitest'
import { backoffByAgeMs, backoffSeconds, outageWaitSeconds } from '../../../lib/run/backoff.ts'

describe('backoffSeconds', () => {
  test('doubles with each receive, up to 30 seconds', () => {
    expect([1, 2, 3, 4, 50].map((receives) => backoffSeconds(receives, 0.5))).toEqual([5, 10, 20, 30, 30])
  })

  test('spreads each wait between half and one and a half times its length', () => {
    expect([0, 0.25, 0.999].map((random) => backoffSeconds(2, random))).toEqual([5, 8, 15])
  })

  test('treats an unknown number of receives as the first', () => {
    expect(backoffSeconds(0, 0.5)).toBe(5)
  })
})

describe('outageWaitSeconds', () => {
  test('brings a message back within 45 seconds for its first hundred receives', () => {
    const longest = Array.from({ length: 100 }, (_, index) => outageWaitSeconds(index + 1, 1))
    expect(longest.slice(0, 4)).toEqual([8, 15, 30, 45])
    expect(Math.max(...longest)).toBe(45)
  })

  test('P2: outlasts four and a half hours within 199 waits, whatever the jitter', () => {
    const shortest = Array.from({ length: 199 }, (_, index) => outageWaitSeconds(index + 1, 0))
    const totalSeconds = shortest.reduce((sum, seconds) => sum + seconds, 0)
    expect(totalSeconds).toBeGreaterThan(4.5 * 3600)
  })
})

describe('backoffByAgeMs', () => {
  test.each([
    [0, 1000],
    [10_000, 5000],
    [1_000_000, 60_000],
  ])('waits half of an age of %d ms, within its bounds', (ageMs, expected) => {
    expect(backoffByAgeMs(ageMs, 1000, 60_000)).toBe(expected)
  })
})
