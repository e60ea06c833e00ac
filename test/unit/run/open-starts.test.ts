import { describe, expect, test } from 'vitest'
import { afterFact, facts, nowMs } from '../../support/after-fact.ts'
import { claimedRun, minute, parkedRun, second, t0 } from '../../support/runs.ts'

const before = { firstAtMs: t0 - 5 * minute, lastAtMs: t0 - 4 * minute }

describe('earlierStart', () => {
  test('P1: counts the Start of a claim as sent from the claim to the end of the lease', () => {
    expect(afterFact(parkedRun(), facts.claimed)).toMatchObject({
      leaseEndsAtMs: nowMs + minute,
      startSent: { firstAtMs: nowMs, lastAtMs: nowMs + minute },
    })
  })

  test('P1: records an earlier Start, sent by now at the latest, after an indefinite refusal', () => {
    expect(afterFact(claimedRun(), { ...facts.refused, definite: false })).toMatchObject({
      earlierStart: { firstAtMs: t0, lastAtMs: nowMs },
    })
  })

  test('records no earlier Start after a definite refusal in the only lease', () => {
    expect(afterFact(claimedRun(), facts.refused)).not.toHaveProperty('earlierStart')
  })

  test('P1: keeps the Start of an earlier lease after a definite refusal', () => {
    expect(afterFact(claimedRun({ earlierStart: before }), facts.refused)).toMatchObject({
      earlierStart: before,
    })
  })

  test('P1: merges the Start of a lease that ended with earlier ones, from the first time to the last', () => {
    const run = claimedRun({
      leaseEndsAtMs: nowMs,
      startSent: { firstAtMs: t0, lastAtMs: nowMs },
      earlierStart: before,
    })
    const merged = { earlierStart: { firstAtMs: before.firstAtMs, lastAtMs: nowMs } }
    // The clock of an earlier starter may have been ahead.
    const ahead = { ...run, earlierStart: { firstAtMs: t0 + second, lastAtMs: nowMs + second } }
    expect(afterFact(ahead, facts.released)).toMatchObject({
      earlierStart: { firstAtMs: t0, lastAtMs: nowMs + second },
    })
    expect(afterFact(run, facts.released)).toMatchObject({
      ...merged,
      reason: 'LEASE_EXPIRED',
      releasedAtMs: nowMs,
    })
    expect(afterFact(run, facts.claimed)).toMatchObject(merged)
  })

  test('P1: keeps an earlier Start through claims, releases and refusals', () => {
    const parked = parkedRun({ earlierStart: before })
    for (const fact of [facts.claimed, facts.released, facts.refused]) {
      expect(afterFact(parked, fact)).toMatchObject({ earlierStart: before })
    }
  })
})
