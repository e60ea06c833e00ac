import { describe, expect, test } from 'vitest'
import { type Pace, rateAt, reserveSlots, slowDown } from '../../../lib/run/pace.ts'
import { minute, second, t0 } from '../../support/runs.ts'

const fresh: Pace = { nextSlotMs: 0 }
/** The deadline of a starter that can use any slot, however late. */
const always = Number.POSITIVE_INFINITY

const timesOf = ({ slots }: ReturnType<typeof reserveSlots>): number[] => slots.map(({ atMs }) => atMs)

/** Returns the pace after a throttled Start at each of these times, in ms from t0. */
const throttledAt = (pace: Pace, ...times: readonly number[]): Pace =>
  times.reduce((soFar, ms) => slowDown(soFar, t0 + ms, 10), pace)

describe('reserveSlots', () => {
  test('P7: starts now and spaces slots at the rate, across reservations', () => {
    const first = reserveSlots(fresh, { count: 3, latestMs: always }, t0, 10)
    expect(timesOf(first)).toEqual([t0, t0 + 100, t0 + 200])
    expect(timesOf(reserveSlots(first.pace, { count: 2, latestMs: always }, t0 + 50, 10))).toEqual([
      t0 + 300,
      t0 + 400,
    ])
  })

  test('P7: discards slots that lapsed unused, so that no burst follows a quiet hour', () => {
    const { pace } = reserveSlots(fresh, { count: 2, latestMs: always }, t0, 10)
    expect(timesOf(reserveSlots(pace, { count: 3, latestMs: always }, t0 + 3600 * second, 10))).toEqual(
      [0, 100, 200].map((ms) => t0 + 3600 * second + ms),
    )
  })

  test('takes no slot for an empty batch', () => {
    const { pace, slots } = reserveSlots({ nextSlotMs: t0 + second }, { count: 0, latestMs: always }, t0, 10)
    expect(slots).toEqual([])
    expect(pace.nextSlotMs).toBe(t0 + second)
  })
})

describe('reserveSlots with a deadline', () => {
  test('P7: reserves only the slots up to the deadline, and returns the later ones for reference', () => {
    const taken = reserveSlots(fresh, { count: 4, latestMs: t0 + 100 }, t0, 10)
    expect(timesOf(taken)).toEqual([t0, t0 + 100, t0 + 200, t0 + 300])
    expect(timesOf(reserveSlots(taken.pace, { count: 1, latestMs: always }, t0, 10))).toEqual([t0 + 200])
  })

  test('P9: keeps the pace when every slot is too late, so that a reservation does not postpone the next slot', () => {
    const far: Pace = { nextSlotMs: t0 + 60 * second }
    expect(reserveSlots(far, { count: 10, latestMs: t0 + 25 * second }, t0, 10).pace).toEqual(far)
    expect(reserveSlots(fresh, { count: 10, latestMs: t0 - 1 }, t0, 10).pace).toEqual(fresh)
  })
})

describe('slowDown', () => {
  test('keeps the rate after a few refusals or an occasional one', () => {
    for (const times of [[0], [0, 1000], [0, 5000, 10_000], [0, 7000, 14_000, 21_000, 28_000, 35_000]]) {
      const pace = throttledAt(fresh, ...times)
      expect(rateAt(pace, t0 + 36_000, 10)).toBe(10)
      expect(pace.rateCuts).toBeUndefined()
    }
  })

  test('ignores three refusals in a row, however few Starts there were', () => {
    expect(throttledAt(fresh, 0, 600, 1200).rateCuts).toBeUndefined()
    expect(throttledAt(fresh, 0, 600, 1200, 1300).rateCuts).toBe(1)
  })

  test('P7: forgets old refusals', () => {
    const again = [0, 400, 800, 1200].map((ms) => 60 * minute + ms)
    expect(throttledAt(fresh, 0, ...again)).toEqual({
      ...throttledAt(fresh, ...again),
    })
  })

  test('keeps the rate after refusals of too few Starts or within a second', () => {
    expect(throttledAt(fresh, 0, 100, 200, 300, 400, 500, 600).rateCuts).toBeUndefined()
    const slow = [0, 1000, 2000, 3000, 4000].reduce((soFar, ms) => slowDown(soFar, t0 + ms, 1), fresh)
    expect(slow.rateCuts).toBeUndefined()
  })

  test('P7: lowers the rate to a little below seven tenths when three of ten Starts are refused', () => {
    const pace = throttledAt(fresh, 0, 300, 600, 1000)
    expect(pace).toMatchObject({ rateCuts: 1, loweredAtMs: t0 + 1000 })
    expect(pace.limitRate).toBeCloseTo(7)
    expect(rateAt(pace, t0 + 1000, 10)).toBeCloseTo(6.79)
    expect(pace.throttling).toBeUndefined()
  })

  test('P7: lowers the rate by at most six tenths at once', () => {
    const pace = throttledAt(fresh, 0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000)
    expect(pace.limitRate).toBeCloseTo(4)
  })

  test('finds a limit slightly below the rate, but later', () => {
    // One Start in twenty is refused.
    const pace = throttledAt(fresh, 0, 2000, 4000, 6000, 8000)
    expect(pace.rateCuts).toBe(1)
    expect(pace.limitRate).toBeCloseTo(9.5)
  })

  test('delays no slot when none was reserved ahead', () => {
    const { pace } = reserveSlots(fresh, { count: 1, latestMs: always }, t0, 10)
    expect(throttledAt(pace, 0, 300, 600, 1000).nextSlotMs).toBe(t0 + 100)
  })

  test('P7: voids the reserved slots, and spaces the next at the new rate from the last one sent', () => {
    const { pace } = reserveSlots(fresh, { count: 50, latestMs: always }, t0, 10)
    const fallen = throttledAt(pace, 0, 300, 600, 1000)
    const [first, second] = reserveSlots(fallen, { count: 2, latestMs: always }, t0 + 1010, 10).slots
    const gapMs = 1000 / rateAt(fallen, t0 + 1000, 10)
    expect(first).toEqual({ atMs: t0 + 1000 + gapMs, rateCuts: 1 })
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeCloseTo(gapMs, 1)
  })

  test.each([[[0, 400, 800, 1200]], [[1200, 800, 400, 0]], [[800, 1200, 0, 400]], [[400, 0, 1200, 800]]])(
    'P7: lowers the rate once, in whatever order starters report refusals: %j',
    (times) => {
      expect(throttledAt(fresh, ...times, 1200, 1200, 1200).rateCuts).toBe(1)
    },
  )

  test('P9: never falls below one Start in five seconds', () => {
    let pace = fresh
    let atMs = t0
    for (let n = 0; n < 2000; n += 1) {
      pace = slowDown(pace, atMs, 10)
      atMs += second / rateAt(pace, atMs, 10)
    }
    expect(rateAt(pace, atMs, 10)).toBeCloseTo(0.2, 1)
    expect(pace.loweredRate).toBe(0.2)
  })

  test('keeps a configured rate that is even lower', () => {
    let pace = fresh
    for (let n = 0; n < 500; n += 1) pace = slowDown(pace, t0 + n * second, 0.1)
    expect(rateAt(pace, t0 + 500 * second, 0.1)).toBe(0.1)
  })
})

describe('rateAt after a fall', () => {
  const fallen = throttledAt(fresh, 0, 300, 600, 1000)
  const at = (ms: number) => rateAt(fallen, t0 + 1000 + ms, 10)

  test('P7: climbs to the limit in a minute, stays near it, and only then goes beyond', () => {
    expect(at(30 * second)).toBeCloseTo(7 - 0.21 / 8)
    expect(at(60 * second)).toBeCloseTo(7)
    expect(at(90 * second)).toBeCloseTo(7 + 0.21 / 8)
    expect(at(120 * second)).toBeCloseTo(7 + 0.21)
  })

  test('P7: returns to the configured rate within minutes, and no higher', () => {
    expect(at(3 * minute)).toBeLessThan(10)
    expect(at(4 * minute)).toBe(10)
    expect(at(60 * minute)).toBe(10)
  })

  test('ignores a clock that is behind', () => {
    expect(rateAt(fallen, t0 - 5 * second, 10)).toBeCloseTo(6.79)
    expect(slowDown(fallen, t0 - 5 * second, 10).rateCuts).toBe(1)
  })

  test('lowers the rate to a lower configured rate at once', () => {
    expect(rateAt(fallen, t0 + 2000, 5)).toBe(5)
  })

  test('climbs from an item of an earlier version', () => {
    const old: Pace = { nextSlotMs: t0, loweredRate: 8, loweredAtMs: t0 }
    expect(rateAt(old, t0, 10)).toBe(8)
    expect(rateAt(old, t0 + 5 * minute, 10)).toBe(10)
  })
})
