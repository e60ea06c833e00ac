import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Pace, rateAt, slowDown, takeSlots } from '../../lib/run/pace.ts'
import { t0 } from '../support/runs.ts'

const rates = fc.double({ min: 0.25, max: 50, noNaN: true })
const steps = fc.array(
  fc.record({
    throttled: fc.boolean(),
    count: fc.integer({ min: 0, max: 10 }),
    laterMs: fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 0, max: 300_000 })),
  }),
  { maxLength: 60 },
)

/** Every slot handed out, with when it was asked for and the rate then in force. */
const handedOut = (rate: number, story: { throttled: boolean; count: number; laterMs: number }[]) => {
  let pace: Pace = { nextSlotMs: 0 }
  let nowMs = t0
  const slots: { slotMs: number; askedMs: number; rate: number }[] = []
  for (const { throttled, count, laterMs } of story) {
    nowMs += laterMs
    if (throttled) {
      pace = slowDown(pace, nowMs, rate)
      continue
    }
    const askedMs = nowMs
    const taken = takeSlots(pace, count, nowMs, rate)
    slots.push(...taken.slots.map((slotMs) => ({ slotMs, askedMs, rate: rateAt(pace, askedMs, rate) })))
    pace = taken.pace
  }
  return slots
}

/** What adding fractions to a time of 13 digits may lose, in ms. */
const rounding = 0.01

test('P7: any k slots in a row take at least k - 1 times the gap of the configured rate', () => {
  fc.assert(
    fc.property(rates, steps, (rate, story) => {
      const times = handedOut(rate, story).map(({ slotMs }) => slotMs)
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
      const slots = handedOut(rate, story)
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
