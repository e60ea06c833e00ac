import { describe, expect, test } from 'vitest'
import { type Pace, rateAt, slowDown, takeSlots } from '../../../lib/run/pace.ts'
import { second, t0 } from '../../support/runs.ts'

const fresh: Pace = { nextSlotMs: 0 }

describe('slots', () => {
  test('P7: begin now and follow each other at the rate, across reservations', () => {
    const first = takeSlots(fresh, 3, t0, 10)
    expect(first.slots).toEqual([t0, t0 + 100, t0 + 200])
    expect(takeSlots(first.pace, 2, t0 + 50, 10).slots).toEqual([t0 + 300, t0 + 400])
  })

  test('P7: what lapsed unused is gone, so that no burst follows a quiet hour', () => {
    const { pace } = takeSlots(fresh, 2, t0, 10)
    expect(takeSlots(pace, 3, t0 + 3600 * second, 10).slots).toEqual(
      [0, 100, 200].map((ms) => t0 + 3600 * second + ms),
    )
  })

  test('asking for none takes none', () => {
    const { pace, slots } = takeSlots({ nextSlotMs: t0 + second }, 0, t0, 10)
    expect(slots).toEqual([])
    expect(pace.nextSlotMs).toBe(t0 + second)
  })
})

describe('throttled', () => {
  const slowed = slowDown(fresh, t0, 10)

  test('P7: the rate falls by a fifth, and the slots with it', () => {
    expect(rateAt(slowed, t0, 10)).toBe(8)
    expect(takeSlots(slowed, 2, t0, 10).slots).toEqual([t0, t0 + 125])
  })

  test('P7: at most once a second', () => {
    expect(slowDown(slowed, t0 + 999, 10)).toBe(slowed)
    expect(rateAt(slowDown(slowed, t0 + 1000, 10), t0 + 1000, 10)).toBeCloseTo(6.4)
  })

  test('P7: it holds for 30 s, then climbs back slowly, to no more than what was configured', () => {
    expect(rateAt(slowed, t0 + 30 * second, 10)).toBe(8)
    expect(rateAt(slowed, t0 + 31 * second, 10)).toBeCloseTo(8.05)
    expect(rateAt(slowed, t0 + 50 * second, 10)).toBeCloseTo(9)
    expect(rateAt(slowed, t0 + 3600 * second, 10)).toBe(10)
  })

  test('another fall is from where it climbed to', () => {
    expect(rateAt(slowDown(slowed, t0 + 50 * second, 10), t0 + 50 * second, 10)).toBeCloseTo(7.2)
  })

  test('P9: it never falls below one in five seconds', () => {
    let pace = fresh
    for (let n = 0; n < 100; n += 1) pace = slowDown(pace, t0 + n * second, 10)
    expect(rateAt(pace, t0 + 100 * second, 10)).toBe(0.2)
  })

  test('a clock that is behind slows nothing twice, nor climbs', () => {
    expect(slowDown(slowed, t0 - 5 * second, 10)).toBe(slowed)
    expect(rateAt(slowed, t0 - 5 * second, 10)).toBe(8)
  })
})
