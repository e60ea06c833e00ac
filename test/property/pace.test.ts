import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Pace, rateAt, reserveSlots, slowDown } from '../../lib/run/pace.ts'
import {
  configuredRate as configured,
  driveStarts,
  randomThrottling,
  recoverySeconds,
} from '../support/drive-starts.ts'
import { t0 } from '../support/runs.ts'

const rates = fc.double({ min: 0.25, max: 50, noNaN: true })
const steps = fc.array(
  fc.record({
    throttled: fc.boolean(),
    count: fc.integer({ min: 0, max: 10 }),
    patienceMs: fc.oneof(fc.integer({ min: -1, max: 30_000 }), fc.constant(Number.POSITIVE_INFINITY)),
    laterMs: fc.oneof(
      fc.integer({ min: 0, max: 200 }),
      fc.integer({ min: 0, max: 2000 }),
      fc.integer({ min: 0, max: 300_000 }),
    ),
  }),
  { maxLength: 60 },
)

interface Step {
  readonly throttled: boolean
  readonly count: number
  readonly patienceMs: number
  readonly laterMs: number
}

/** Returns the slots that no cut of the rate voided, with the time of their reservation and the rate then in force. */
const reserved = (rate: number, sequence: readonly Step[]) => {
  let pace: Pace = { nextSlotMs: 0 }
  let nowMs = t0
  let slots: { slotMs: number; askedMs: number; rate: number }[] = []
  for (const { throttled, count, patienceMs, laterMs } of sequence) {
    nowMs += laterMs
    if (throttled) {
      const before = pace.rateCuts
      pace = slowDown(pace, nowMs, rate)
      if (pace.rateCuts !== before) slots = slots.filter(({ slotMs }) => slotMs <= nowMs)
      continue
    }
    const askedMs = nowMs
    const latestMs = nowMs + patienceMs
    const taken = reserveSlots(pace, { count, latestMs }, nowMs, rate)
    const inForce = rateAt(pace, askedMs, rate)
    const inTime = taken.slots.filter(({ atMs }) => atMs <= latestMs)
    slots.push(...inTime.map(({ atMs }) => ({ slotMs: atMs, askedMs, rate: inForce })))
    pace = taken.pace
  }
  return slots
}

/** The rounding error of adding fractions to a time of 13 digits, in ms. */
const rounding = 0.01

test('P7: spaces any k consecutive slots by at least k - 1 gaps of the configured rate', () => {
  fc.assert(
    fc.property(rates, steps, (rate, sequence) => {
      const times = reserved(rate, sequence).map(({ slotMs }) => slotMs)
      for (const [index, slotMs] of times.entries()) {
        const next = times[index + 1]
        if (next !== undefined) expect(next - slotMs).toBeGreaterThanOrEqual(1000 / rate - rounding)
      }
      const [first, last] = [times.at(0), times.at(-1)]
      if (first !== undefined && last !== undefined) {
        expect(last - first).toBeGreaterThanOrEqual(
          (times.length - 1) * (1000 / rate) - rounding * times.length,
        )
      }
    }),
  )
})

test('reserves no slot in the past, and spaces one reservation at the rate then in force', () => {
  fc.assert(
    fc.property(rates, steps, (rate, sequence) => {
      const slots = reserved(rate, sequence)
      for (const [index, { slotMs, askedMs, rate: inForce }] of slots.entries()) {
        expect(slotMs).toBeGreaterThanOrEqual(askedMs)
        const next = slots[index + 1]
        if (next?.askedMs === askedMs && next.rate === inForce) {
          expect(next.slotMs - slotMs).toBeGreaterThanOrEqual(1000 / inForce - rounding)
        }
      }
    }),
  )
})

test('P9: returns slots that come too late without reserving them, so that asking does not push slots back', () => {
  fc.assert(
    fc.property(rates, steps, fc.integer({ min: 1, max: 10 }), (rate, sequence, count) => {
      let pace: Pace = { nextSlotMs: 0 }
      let nowMs = t0
      for (const { throttled, count: asked, patienceMs, laterMs } of sequence) {
        nowMs += laterMs
        if (throttled) pace = slowDown(pace, nowMs, rate)
        else pace = reserveSlots(pace, { count: asked, latestMs: nowMs + patienceMs }, nowMs, rate).pace
      }
      const { slots } = reserveSlots(pace, { count, latestMs: Number.POSITIVE_INFINITY }, nowMs, rate)
      const impatient = reserveSlots(pace, { count, latestMs: (slots[0]?.atMs ?? 0) - 1 }, nowMs, rate)
      expect(impatient).toEqual({ pace, slots })
    }),
  )
})

/** Replays a sequence, and returns each step with the pace before and after it. */
const replay = (rate: number, sequence: readonly Step[]) => {
  let pace: Pace = { nextSlotMs: 0 }
  let nowMs = t0
  return sequence.map(({ throttled, count, patienceMs, laterMs }) => {
    const before = pace
    nowMs += laterMs
    pace = throttled
      ? slowDown(pace, nowMs, rate)
      : reserveSlots(pace, { count, latestMs: nowMs + patienceMs }, nowMs, rate).pace
    return { nowMs, before, after: pace }
  })
}

test('P7: keeps the rate at or below the configured one, and at or above one in five seconds', () => {
  fc.assert(
    fc.property(rates, steps, (rate, sequence) => {
      for (const { nowMs, after } of replay(rate, sequence)) {
        expect(rateAt(after, nowMs, rate)).toBeLessThanOrEqual(rate)
        expect(rateAt(after, nowMs, rate)).toBeGreaterThanOrEqual(0.2)
      }
    }),
  )
})

test('P7: lowers the rate only at a throttled Start, and raises it at one only after a descent that gained nothing', () => {
  fc.assert(
    fc.property(rates, steps, (rate, sequence) => {
      for (const { nowMs, before, after } of replay(rate, sequence)) {
        const [was, is] = [rateAt(before, nowMs, rate), rateAt(after, nowMs, rate)]
        if (after.chance !== undefined && after.chance !== before.chance) {
          expect(is).toBeCloseTo(Math.min(rate, before.descent?.topRate ?? 0), 6)
          expect(after.rateCuts).toBe(before.rateCuts)
          continue
        }
        expect(is).toBeLessThanOrEqual(was)
        if (after.rateCuts === before.rateCuts) expect(is).toBe(was)
        else expect(after.rateCuts).toBe((before.rateCuts ?? 0) + 1)
      }
    }),
  )
})

test('P7: raises the rate with time alone, up to the configured rate within six minutes', () => {
  const waits = fc.array(fc.integer({ min: 0, max: 60_000 }), { maxLength: 10 })
  fc.assert(
    fc.property(rates, steps, waits, (rate, sequence, laters) => {
      const last = replay(rate, sequence).at(-1)
      if (last === undefined) return
      let { nowMs } = last
      for (const laterMs of laters) {
        const before = rateAt(last.after, nowMs, rate)
        nowMs += laterMs
        expect(rateAt(last.after, nowMs, rate)).toBeGreaterThanOrEqual(before)
      }
      expect(rateAt(last.after, last.nowMs + 360_000, rate)).toBe(rate)
    }),
  )
})

test('P7: lowers the rate at most once a second, and never for one throttled Start in fifty', () => {
  fc.assert(
    fc.property(rates, steps, (rate, sequence) => {
      const falls = replay(rate, sequence).filter(({ before, after }) => after.rateCuts !== before.rateCuts)
      for (const [index, { nowMs }] of falls.entries()) {
        const next = falls[index + 1]
        if (next !== undefined) expect(next.nowMs - nowMs).toBeGreaterThanOrEqual(1000)
      }
    }),
  )
  fc.assert(
    fc.property(rates, fc.array(fc.integer({ min: 50, max: 500 })), (rate, gaps) => {
      let pace: Pace = { nextSlotMs: 0 }
      let nowMs = t0
      for (const starts of gaps) {
        nowMs += Math.ceil((starts * 1000) / rate)
        pace = slowDown(pace, nowMs, rate)
      }
      expect(pace.rateCuts).toBeUndefined()
    }),
  )
})

/**
 * Simulates DataZone's bucket of ten Starts, refilled at `perSecond`. Returns a function that sends a Start and returns
 * whether it is throttled.
 */
const bucket = (perSecond: number) => {
  let [tokens, lastMs] = [10, t0]
  return (atMs: number): boolean => {
    tokens = Math.min(10, tokens + ((atMs - lastMs) * perSecond) / 1000)
    lastMs = atMs
    if (tokens < 1) return true
    tokens -= 1
    return false
  }
}

const limits = fc.double({ min: 0.5, max: 12, noNaN: true })

test('P7: never mistakes a limit for chance, and uses at least 90% of what the limit allows', () => {
  fc.assert(
    fc.property(limits, (limit) => {
      const seconds = Math.ceil(600 / Math.min(limit, configured))
      const { starts } = driveStarts(t0 + seconds * 1000, bucket(limit))
      const { pace } = driveStarts(t0 + seconds * 1000, bucket(limit))
      expect(pace.chance).toBeUndefined()
      const letThrough = starts.filter(({ throttled }) => !throttled).length
      expect(letThrough).toBeGreaterThanOrEqual(0.9 * seconds * Math.min(limit, configured))
    }),
  )
})

test('P7: returns to 90% of the rate within a minute after throttling by chance has ended, in 95% of cases', () => {
  let late = 0
  let cases = 0
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      cases += 1
      if (recoverySeconds(randomThrottling(`story ${seed}`)) > 60) late += 1
    }),
    { numRuns: 300 },
  )
  // Throttling that ends during a descent, before the descent has a result, is treated as a limit (docs/adr/0214).
  expect(late / cases).toBeLessThan(0.05)
})
