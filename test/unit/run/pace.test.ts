import { describe, expect, test } from 'vitest'
import { type Pace, rateAt, slowDown, takeSlots } from '../../../lib/run/pace.ts'
import { second, t0 } from '../../support/runs.ts'

const fresh: Pace = { nextSlotMs: 0 }
/** For who can use a slot however late it is. */
const always = Number.POSITIVE_INFINITY

describe('slots', () => {
  test('P7: begin now and follow each other at the rate, across reservations', () => {
    const first = takeSlots(fresh, 3, t0, 10, always)
    expect(first.slots).toEqual([t0, t0 + 100, t0 + 200])
    expect(takeSlots(first.pace, 2, t0 + 50, 10, always).slots).toEqual([t0 + 300, t0 + 400])
  })

  test('P7: what lapsed unused is gone, so that no burst follows a quiet hour', () => {
    const { pace } = takeSlots(fresh, 2, t0, 10, always)
    expect(takeSlots(pace, 3, t0 + 3600 * second, 10, always).slots).toEqual(
      [0, 100, 200].map((ms) => t0 + 3600 * second + ms),
    )
  })

  test('asking for none takes none', () => {
    const { pace, slots } = takeSlots({ nextSlotMs: t0 + second }, 0, t0, 10, always)
    expect(slots).toEqual([])
    expect(pace.nextSlotMs).toBe(t0 + second)
  })
})

describe('slots that come too late for who asks', () => {
  test('P7: are told and left to others; those in time are reserved, the last one included', () => {
    const { pace, slots } = takeSlots(fresh, 4, t0, 10, t0 + 100)
    expect(slots).toEqual([t0, t0 + 100, t0 + 200, t0 + 300])
    expect(takeSlots(pace, 1, t0, 10, always).slots).toEqual([t0 + 200])
  })

  test('P9: all too late: the pace stays as it is, so that asking does not push the next slot away', () => {
    const far: Pace = { nextSlotMs: t0 + 60 * second }
    expect(takeSlots(far, 10, t0, 10, t0 + 25 * second).pace).toEqual(far)
    expect(takeSlots(fresh, 10, t0, 10, t0 - 1).pace).toEqual(fresh)
  })

  test('the slower rate that throttling left stays in force', () => {
    const slowed = slowDown(fresh, t0, 10)
    const { pace } = takeSlots(slowed, 3, t0, 10, t0 + 130)
    expect(pace).toEqual({ ...slowed, nextSlotMs: t0 + 250 })
  })
})

describe('throttled', () => {
  const slowed = slowDown(fresh, t0, 10)

  test('P7: the rate falls by a fifth, and the slots with it', () => {
    expect(rateAt(slowed, t0, 10)).toBe(8)
    expect(takeSlots(slowed, 2, t0, 10, always).slots).toEqual([t0, t0 + 125])
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
