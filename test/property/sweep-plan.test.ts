import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isWaiting, type Run } from '../../lib/run/run.ts'
import { planWaiting, planWork, type SweepSettings } from '../../lib/run/sweep-plan.ts'
import { anyRun, domainIds } from '../support/arbitrary-runs.ts'
import { endedRun, inFlightRun, minute, second, subject, t0 } from '../support/runs.ts'

const settings: SweepSettings = {
  periodMs: minute,
  minAgeMs: 12 * second,
  maxSingleGets: 3,
  runDeadlineMs: 240 * minute,
  maxReleases: 5,
  maxWaitMs: 35 * 24 * 60 * minute,
  mode: 'run',
}

test('P9: puts each of n domains first once in n sweeps, and leaves none out', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(domainIds, { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 0, max: 1_000_000 }),
      (domains, sweep) => {
        const runs = domains.map((domainId) =>
          inFlightRun({ startedAtMs: 0, subject: { ...subject, domainId } }),
        )
        const plans = domains.map((_, n) => planWork(runs, t0 + (sweep + n) * minute, settings))
        expect(plans.map((plan) => plan.domains[0]?.[0]?.subject.domainId).toSorted()).toEqual(
          domains.toSorted(),
        )
        for (const plan of plans) expect(plan.domains.flat()).toHaveLength(domains.length)
      },
    ),
  )
})

test('P9: puts each of n owed endings first once in n sweeps', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.constantFrom(1, 2, 10, 97, 100), fc.integer({ min: 1, max: 200 })),
      fc.integer({ min: 0, max: 1_000_000 }),
      (count, sweep) => {
        const owed = Array.from({ length: count }, (_, n) =>
          endedRun({ detectedAtMs: t0, runId: `run-${n}` }),
        )
        const first = (n: number) => planWork(owed, t0 + (sweep + n) * minute, settings).announce[0]
        expect(new Set(owed.map((_, n) => first(n))).size).toBe(count)
      },
    ),
    { numRuns: 30 },
  )
})

test('plans each due record once, and no other', () => {
  fc.assert(
    fc.property(
      fc.array(anyRun, { maxLength: 4 }),
      fc.integer({ min: -minute, max: 5 * minute }),
      (due, laterMs) => {
        const work = planWork(due, t0 + laterMs, settings)
        const { release } = planWaiting(due.filter(isWaiting), t0 + laterMs, settings)
        const planned: Run[] = [...work.announce, ...release, ...work.domains.flat()]
        const owing = due.filter((run) => {
          if (run.state === 'PLANNED') return false
          if (run.state === 'CLAIMED') return run.leaseEndsAtMs <= t0 + laterMs
          if (run.state === 'PARKED') return run.retryAtMs <= t0 + laterMs
          if (run.state === 'IN_FLIGHT') return run.startedAtMs <= t0 + laterMs
          return run.announcedAtMs === undefined && run.detectedAtMs <= t0 + laterMs
        })
        expect(planned).toHaveLength(owing.length)
        for (const run of owing) expect(planned).toContain(run)
      },
    ),
  )
})
