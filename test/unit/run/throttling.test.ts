import { expect, test } from 'vitest'
import { shareOverLimit, withThrottle } from '../../../lib/run/throttling.ts'
import { minute, second, t0 } from '../../support/runs.ts'

const met = (perSecond: number, ...times: readonly number[]) => {
  const [first = 0, ...rest] = times
  return rest.reduce(
    (soFar, ms) => withThrottle(soFar, t0 + ms, perSecond),
    withThrottle(undefined, t0 + first, perSecond),
  )
}

test('discounts a refusal by two hundredths for each Start, and starts over when nothing is left', () => {
  expect(met(10, 0)).toEqual({ sum: 1, count: 1, firstAtMs: t0, lastAtMs: t0 })
  // 20 Starts in two seconds.
  expect(met(10, 0, 2 * second)).toEqual({
    sum: expect.closeTo(1.6),
    count: 2,
    firstAtMs: t0,
    lastAtMs: t0 + 2 * second,
  })
  expect(met(10, 0, 5 * second)).toEqual(met(10, 5 * second))
  expect(met(10, 0, minute)).toEqual(met(10, minute))
})

test('counts refusals that starters report in any order', () => {
  expect(met(10, 2 * second, 0)).toEqual({ sum: 2, count: 2, firstAtMs: t0, lastAtMs: t0 + 2 * second })
})

test('returns the share of refused Starts, at most 1, once the refusals sum to 3 over a second', () => {
  const counted = { sum: 3, count: 31, firstAtMs: t0, lastAtMs: t0 + second }
  expect(shareOverLimit(counted, 10)).toBe(1)
  expect(shareOverLimit({ ...counted, count: 4 }, 10)).toBeCloseTo(0.3)
  expect(shareOverLimit({ ...counted, sum: 2.9 }, 10)).toBeUndefined()
  expect(shareOverLimit({ ...counted, lastAtMs: t0 + second - 1 }, 100)).toBeUndefined()
})
