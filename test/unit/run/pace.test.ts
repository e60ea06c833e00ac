import { describe, expect, test } from 'vitest'
import { type Pace, rateAt, reserveSlots, slowDown } from '../../../lib/run/pace.ts'
import { minute, second, t0 } from '../../support/runs.ts'

const fresh: Pace = { nextSlotMs: 0 }
/** For who can use a slot however late it is. */
const always = Number.POSITIVE_INFINITY

const timesOf = ({ slots }: ReturnType<typeof reserveSlots>): number[] => slots.map(({ atMs }) => atMs)

/** Throttled at each of these times, in ms from t0. */
const throttledAt = (pace: Pace, ...times: readonly number[]): Pace =>
  times.reduce((soFar, ms) => slowDown(soFar, t0 + ms, 10), pace)

describe('slots', () => {
  test('P7: begin now and follow each other at the rate, across reservations', () => {
    const first = reserveSlots(fresh, 3, t0, 10, always)
    expect(timesOf(first)).toEqual([t0, t0 + 100, t0 + 200])
    expect(timesOf(reserveSlots(first.pace, 2, t0 + 50, 10, always))).toEqual([t0 + 300, t0 + 400])
  })

  test('P7: what lapsed unused is gone, so that no burst follows a quiet hour', () => {
    const { pace } = reserveSlots(fresh, 2, t0, 10, always)
    expect(timesOf(reserveSlots(pace, 3, t0 + 3600 * second, 10, always))).toEqual(
      [0, 100, 200].map((ms) => t0 + 3600 * second + ms),
    )
  })

  test('asking for none takes none', () => {
    const { pace, slots } = reserveSlots({ nextSlotMs: t0 + second }, 0, t0, 10, always)
    expect(slots).toEqual([])
    expect(pace.nextSlotMs).toBe(t0 + second)
  })
})

describe('slots that come too late for who asks', () => {
  test('P7: are told and left to others; those in time are reserved, the last one included', () => {
    const taken = reserveSlots(fresh, 4, t0, 10, t0 + 100)
    expect(timesOf(taken)).toEqual([t0, t0 + 100, t0 + 200, t0 + 300])
    expect(timesOf(reserveSlots(taken.pace, 1, t0, 10, always))).toEqual([t0 + 200])
  })

  test('P9: all too late: the pace stays as it is, so that asking does not push the next slot away', () => {
    const far: Pace = { nextSlotMs: t0 + 60 * second }
    expect(reserveSlots(far, 10, t0, 10, t0 + 25 * second).pace).toEqual(far)
    expect(reserveSlots(fresh, 10, t0, 10, t0 - 1).pace).toEqual(fresh)
  })
})

describe('throttled', () => {
  test('a few times, or now and then: noted only', () => {
    for (const times of [[0], [0, 1000], [0, 5000, 10_000], [0, 7000, 14_000, 21_000, 28_000, 35_000]]) {
      const pace = throttledAt(fresh, ...times)
      expect(rateAt(pace, t0 + 36_000, 10)).toBe(10)
      expect(pace.rateCuts).toBeUndefined()
    }
  })

  test('three times in a row: chance, however few Starts there were', () => {
    expect(throttledAt(fresh, 0, 600, 1200).rateCuts).toBeUndefined()
    expect(throttledAt(fresh, 0, 600, 1200, 1300).rateCuts).toBe(1)
  })

  test('P7: what was met long before says nothing of now', () => {
    const again = [0, 400, 800, 1200].map((ms) => 60 * minute + ms)
    expect(throttledAt(fresh, 0, ...again)).toEqual({
      ...throttledAt(fresh, ...again),
    })
  })

  test('of too few Starts, or in less than a second: noted only', () => {
    expect(throttledAt(fresh, 0, 100, 200, 300, 400, 500, 600).rateCuts).toBeUndefined()
    const slow = [0, 1000, 2000, 3000, 4000].reduce((soFar, ms) => slowDown(soFar, t0 + ms, 1), fresh)
    expect(slow.rateCuts).toBeUndefined()
  })

  test('P7: three of ten Starts after the first: the limit is seven tenths, and a little room is left', () => {
    const pace = throttledAt(fresh, 0, 300, 600, 1000)
    expect(pace).toMatchObject({ rateCuts: 1, loweredAtMs: t0 + 1000 })
    expect(pace.limitRate).toBeCloseTo(7)
    expect(rateAt(pace, t0 + 1000, 10)).toBeCloseTo(6.79)
    expect(pace.throttling).toBeUndefined()
  })

  test('P7: all of them: no more than six tenths of the rate go at once', () => {
    const pace = throttledAt(fresh, 0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000)
    expect(pace.limitRate).toBeCloseTo(4)
  })

  test('a little over the limit shows too, only later', () => {
    // One in twenty.
    const pace = throttledAt(fresh, 0, 2000, 4000, 6000, 8000)
    expect(pace.rateCuts).toBe(1)
    expect(pace.limitRate).toBeCloseTo(9.5)
  })

  test('where no slots are to come, a fall puts none off', () => {
    const { pace } = reserveSlots(fresh, 1, t0, 10, always)
    expect(throttledAt(pace, 0, 300, 600, 1000).nextSlotMs).toBe(t0 + 100)
  })

  test('P7: the slots to come are void, and the next follow on what was sent, at the new rate', () => {
    const { pace } = reserveSlots(fresh, 50, t0, 10, always)
    const fallen = throttledAt(pace, 0, 300, 600, 1000)
    const [first, second] = reserveSlots(fallen, 2, t0 + 1010, 10, always).slots
    const gapMs = 1000 / rateAt(fallen, t0 + 1000, 10)
    expect(first).toEqual({ atMs: t0 + 1000 + gapMs, rateCuts: 1 })
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeCloseTo(gapMs, 1)
  })

  test.each([[[0, 400, 800, 1200]], [[1200, 800, 400, 0]], [[800, 1200, 0, 400]], [[400, 0, 1200, 800]]])(
    'P7: it falls once, in whatever order starters tell what they met: %j',
    (times) => {
      expect(throttledAt(fresh, ...times, 1200, 1200, 1200).rateCuts).toBe(1)
    },
  )

  test('P9: it never falls below one in five seconds', () => {
    let pace = fresh
    for (let n = 0; n < 2000; n += 1) pace = slowDown(pace, t0 + n * second, 10)
    expect(rateAt(pace, t0 + 2000 * second, 10)).toBeCloseTo(0.2, 1)
    expect(pace.loweredRate).toBe(0.2)
  })

  test('a configured rate that is lower still stays', () => {
    let pace = fresh
    for (let n = 0; n < 500; n += 1) pace = slowDown(pace, t0 + n * second, 0.1)
    expect(rateAt(pace, t0 + 500 * second, 0.1)).toBe(0.1)
  })
})

describe('after a fall', () => {
  const fallen = throttledAt(fresh, 0, 300, 600, 1000)
  const at = (ms: number) => rateAt(fallen, t0 + 1000 + ms, 10)

  test('P7: it climbs to the limit in a minute, stays about there, and only then looks beyond', () => {
    expect(at(30 * second)).toBeCloseTo(7 - 0.21 / 8)
    expect(at(60 * second)).toBeCloseTo(7)
    expect(at(90 * second)).toBeCloseTo(7 + 0.21 / 8)
    expect(at(120 * second)).toBeCloseTo(7 + 0.21)
  })

  test('P7: without more throttling it is where it was within some minutes, and no higher', () => {
    expect(at(3 * minute)).toBeLessThan(10)
    expect(at(4 * minute)).toBe(10)
    expect(at(60 * minute)).toBe(10)
  })

  test('a clock that is behind neither climbs nor falls', () => {
    expect(rateAt(fallen, t0 - 5 * second, 10)).toBeCloseTo(6.79)
    expect(slowDown(fallen, t0 - 5 * second, 10).rateCuts).toBe(1)
  })

  test('a lower configured rate holds at once', () => {
    expect(rateAt(fallen, t0 + 2000, 5)).toBe(5)
  })

  test('an item that an earlier version left climbs too', () => {
    const old: Pace = { nextSlotMs: t0, loweredRate: 8, loweredAtMs: t0 }
    expect(rateAt(old, t0, 10)).toBe(8)
    expect(rateAt(old, t0 + 5 * minute, 10)).toBe(10)
  })
})
