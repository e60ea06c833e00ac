import { describe, expect, test } from 'vitest'
import { backoffByAgeMs, backoffSeconds } from '../../../lib/run/backoff.ts'

describe('backoffSeconds', () => {
  test('doubles with each receive, up to 300 seconds', () => {
    expect([1, 2, 3, 7, 50].map((receives) => backoffSeconds(receives, 0.5))).toEqual([5, 10, 20, 300, 300])
  })

  test('spreads each wait from half to one and a half times', () => {
    expect([0, 0.25, 0.999].map((random) => backoffSeconds(2, random))).toEqual([5, 8, 15])
  })

  test('treats an unknown number of receives as the first', () => {
    expect(backoffSeconds(0, 0.5)).toBe(5)
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
