import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Assumptions, absenceIsProofAtMs, startSafety } from '../../lib/run/start-safety.ts'
import { claimedRun, minute, t0 } from '../support/runs.ts'

const assumptions: fc.Arbitrary<Assumptions> = fc.record({
  tokenMemoryMs: fc.integer({ min: 1, max: 30 * minute }),
  listLagMs: fc.integer({ min: 0, max: 10 * minute }),
  startEffectMs: fc.integer({ min: 0, max: 5 * minute }),
})
/** A position within a range of times: 0 is the earliest, 1 the latest. */
const share = fc.double({ min: 0, max: 1, noNaN: true })
const between = (least: number, most: number, at: number) => least + (most - least) * at

const earlier = fc
  .record({
    agoMs: fc.integer({ min: 0, max: 40 * minute }),
    forMs: fc.integer({ min: 0, max: 10 * minute }),
  })
  .map(({ agoMs, forMs }) => ({ firstAtMs: t0 - agoMs, lastAtMs: Math.min(t0, t0 - agoMs + forMs) }))

test('P1: allows a Start only while DataZone still knows the token, whenever either Start was sent and took effect', () => {
  const leases = fc.integer({ min: 1, max: 5 * minute })
  fc.assert(
    fc.property(
      assumptions,
      earlier,
      leases,
      fc.array(share, { minLength: 4, maxLength: 4 }),
      (given, sent, leaseMs, shares) => {
        const [sentAt = 0, took = 0, resentAt = 0, tookAgain = 0] = shares
        const run = claimedRun({ leaseEndsAtMs: t0 + leaseMs, earlierStart: sent })
        fc.pre(startSafety(run, given) === 'start')
        const firstSentMs = between(sent.firstAtMs, sent.lastAtMs, sentAt)
        const effectMs = between(firstSentMs, firstSentMs + given.startEffectMs, took)
        const secondSentMs = between(t0, run.leaseEndsAtMs, resentAt)
        const secondEffectMs = between(secondSentMs, secondSentMs + given.startEffectMs, tookAgain)
        expect(secondEffectMs).toBeLessThan(effectMs + given.tokenMemoryMs)
      },
    ),
  )
})

test('requires a List only when the token could be forgotten', () => {
  fc.assert(
    fc.property(assumptions, earlier, fc.integer({ min: 1, max: 5 * minute }), (given, sent, leaseMs) => {
      const run = claimedRun({ leaseEndsAtMs: t0 + leaseMs, earlierStart: sent })
      const worstEffectMs = run.leaseEndsAtMs + given.startEffectMs
      const forgottenMs = sent.firstAtMs + given.tokenMemoryMs
      expect(startSafety(run, given)).toBe(worstEffectMs < forgottenMs ? 'start' : 'look')
    }),
  )
})

test('P1: proves absence only when every Start that took effect would be shown', () => {
  fc.assert(
    fc.property(
      assumptions,
      earlier,
      fc.integer({ min: 0, max: minute }),
      fc.array(share, { minLength: 3, maxLength: 3 }),
      (given, sent, laterMs, shares) => {
        const [sentAt = 0, took = 0, lag = 0] = shares
        const sentMs = between(sent.firstAtMs, sent.lastAtMs, sentAt)
        const shownMs = sentMs + given.startEffectMs * took + given.listLagMs * lag
        expect(shownMs).toBeLessThanOrEqual(absenceIsProofAtMs(sent, given) + laterMs)
      },
    ),
  )
})
