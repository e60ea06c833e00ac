import { describe, expect, test } from 'vitest'
import { descentWith, isByChance, isExpected } from '../../../lib/run/chance-throttling.ts'
import { rateAt, slowDown } from '../../../lib/run/pace.ts'
import { minute, second, t0 } from '../../support/runs.ts'

const descent = { topRate: 10, fromRate: 10, share: 0.3 }

describe('descentWith', () => {
  test('begins with the first cut', () => {
    expect(descentWith(undefined, 0, 10, 0.3)).toEqual(descent)
  })

  test('continues a descent while cuts follow within a minute', () => {
    expect(descentWith(descent, minute - 1, 7, 0.2)).toBe(descent)
    expect(descentWith(descent, minute, 7, 0.2)).toEqual({ topRate: 7, fromRate: 7, share: 0.2 })
  })

  test('compares with a later cut when the first share is too large, and keeps the top', () => {
    const steep = { ...descent, share: 0.61 }
    expect(descentWith(steep, second, 4, 0.5)).toEqual({ topRate: 10, fromRate: 4, share: 0.5 })
  })
})

describe('isByChance', () => {
  test.each([
    ['accepts half of the share at half of the rate', descent, 5, 0.15, true],
    ['rejects less than half of the share', descent, 5, 0.149, false],
    ['rejects more than half of the rate', descent, 5.01, 0.3, false],
    ['rejects a first share that a limit could explain', { ...descent, share: 0.61 }, 4, 0.6, false],
  ])('%s', (_, given, rate, share, expected) => {
    expect(isByChance(given, rate, share)).toBe(expected)
  })
})

describe('isExpected', () => {
  const chance = { share: 0.3, sinceMs: t0 }
  test.each([
    ['holds before any throttle', undefined, t0 + 19_999, true],
    ['ends after 20 seconds without a throttle', undefined, t0 + 20_000, false],
    ['holds while throttles continue', t0 + minute, t0 + minute + 19_999, true],
    ['ends 20 seconds after the last throttle', t0 + minute, t0 + minute + 20_000, false],
    ['ends after five minutes', t0 + 5 * minute - 1, t0 + 5 * minute, false],
  ])('%s', (_, lastThrottleMs, nowMs, expected) => {
    expect(isExpected(chance, lastThrottleMs, nowMs)).toBe(expected)
  })
})

describe('slowDown after a descent that gained nothing', () => {
  test.each([
    ['first', 0.5, 0.5],
    ['last', 0.2, 0.3],
  ])('expects the larger share when it is the %s', (_, first, atLeast) => {
    // One Start in three is throttled at half of the rate.
    let pace: Parameters<typeof slowDown>[0] = {
      nextSlotMs: t0,
      loweredRate: 5,
      limitRate: 5,
      loweredAtMs: t0,
      rateCuts: 1,
      descent: { topRate: 10, fromRate: 10, share: first },
    }
    for (let ms = 0; pace.chance === undefined && ms < 20_000; ms += 600) pace = slowDown(pace, t0 + ms, 10)
    expect(pace.chance?.share).toBeGreaterThanOrEqual(atLeast)
    expect(pace.chance?.share).toBeLessThan(0.6)
    expect(rateAt(pace, t0 + 20_000, 10)).toBe(10)
  })
})

describe('slowDown while throttling is expected', () => {
  test('cuts the rate when more Starts are throttled than expected, and stops expecting throttling', () => {
    let pace: Parameters<typeof slowDown>[0] = { nextSlotMs: t0, chance: { share: 0.3, sinceMs: t0 } }
    for (let ms = 0; ms < 3000; ms += 100) pace = slowDown(pace, t0 + ms, 10)
    expect(pace.chance).toBeUndefined()
    expect(rateAt(pace, t0 + 3000, 10)).toBeLessThan(10)
  })

  test('keeps the rate while no more Starts are throttled than expected', () => {
    let pace: Parameters<typeof slowDown>[0] = { nextSlotMs: t0, chance: { share: 0.3, sinceMs: t0 } }
    for (let ms = 0; ms < 60_000; ms += 300) pace = slowDown(pace, t0 + ms, 10)
    expect(pace).toMatchObject({ chance: { share: 0.3 } })
    expect(rateAt(pace, t0 + minute, 10)).toBe(10)
  })
})
