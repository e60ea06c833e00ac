import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Pace, rateAt, slowDown, takeSlots } from '../../lib/run/pace.ts'
import { t0 } from '../support/runs.ts'

const rates = fc.double({ min: 0.25, max: 50, noNaN: true })
const steps = fc.array(
  fc.record({
    throttled: fc.boolean(),
    count: fc.integer({ min: 0, max: 10 }),
    patienceMs: fc.oneof(fc.integer({ min: -1, max: 30_000 }), fc.constant(Number.POSITIVE_INFINITY)),
    laterMs: fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 0, max: 300_000 })),
  }),
  { maxLength: 60 },
)

interface Step {
  readonly throttled: boolean
  readonly count: number
  readonly patienceMs: number
  readonly laterMs: number
}

/** Every slot reserved, with when it was asked for and the rate then in force. */
const reserved = (rate: number, story: readonly Step[]) => {
  let pace: Pace = { nextSlotMs: 0 }
  let nowMs = t0
  const slots: { slotMs: number; askedMs: number; rate: number }[] = []
  for (const { throttled, count, patienceMs, laterMs } of story) {
    nowMs += laterMs
    if (throttled) {
      pace = slowDown(pace, nowMs, rate)
      continue
    }
    const askedMs = nowMs
    const latestMs = nowMs + patienceMs
    const taken = takeSlots(pace, count, nowMs, rate, latestMs)
    const inForce = rateAt(pace, askedMs, rate)
    const inTime = taken.slots.filter((slotMs) => slotMs <= latestMs)
    slots.push(...inTime.map((slotMs) => ({ slotMs, askedMs, rate: inForce })))
    pace = taken.pace
  }
  return slots
}

/** What adding fractions to a time of 13 digits may lose, in ms. */
const rounding = 0.01

test('P7: any k slots in a row take at least k - 1 times the gap of the configured rate', () => {
  fc.assert(
    fc.property(rates, steps, (rate, story) => {
      const times = reserved(rate, story).map(({ slotMs }) => slotMs)
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

test('no slot lies in the past, and those asked for together keep the rate then in force', () => {
  fc.assert(
    fc.property(rates, steps, (rate, story) => {
      const slots = reserved(rate, story)
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

test('P9: a slot that is told only is the first that the next one gets: asking does not push slots away', () => {
  fc.assert(
    fc.property(rates, steps, fc.integer({ min: 1, max: 10 }), (rate, story, count) => {
      let pace: Pace = { nextSlotMs: 0 }
      let nowMs = t0
      for (const { throttled, count: asked, patienceMs, laterMs } of story) {
        nowMs += laterMs
        if (throttled) pace = slowDown(pace, nowMs, rate)
        else pace = takeSlots(pace, asked, nowMs, rate, nowMs + patienceMs).pace
      }
      const { slots } = takeSlots(pace, count, nowMs, rate, Number.POSITIVE_INFINITY)
      const impatient = takeSlots(pace, count, nowMs, rate, (slots[0] ?? 0) - 1)
      expect(impatient).toEqual({ pace, slots })
    }),
  )
})

test('P7: the rate is never above the configured one, never below a fifth a second, and recovers', () => {
  fc.assert(
    fc.property(rates, steps, (rate, story) => {
      let pace: Pace = { nextSlotMs: 0 }
      let nowMs = t0
      for (const { throttled, laterMs } of story) {
        nowMs += laterMs
        if (throttled) {
          const before = rateAt(pace, nowMs, rate)
          pace = slowDown(pace, nowMs, rate)
          expect(rateAt(pace, nowMs, rate)).toBeLessThanOrEqual(before)
        }
        expect(rateAt(pace, nowMs, rate)).toBeLessThanOrEqual(rate)
        expect(rateAt(pace, nowMs, rate)).toBeGreaterThanOrEqual(0.2)
      }
      expect(rateAt(pace, nowMs + 300_000, rate)).toBe(rate)
    }),
  )
})
