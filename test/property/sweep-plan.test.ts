import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isDueForGet, planSweep, type SweepSettings } from '../../lib/run/sweep-plan.ts'
import { anyRun, domainIds } from '../support/arbitrary-runs.ts'
import { inFlightRun, minute, second, subject, t0 } from '../support/runs.ts'

const settings: SweepSettings = {
  periodMs: minute,
  minAgeMs: 12 * second,
  fewRuns: 3,
  runDeadlineMs: 240 * minute,
  maxReleases: 5,
  mode: 'run',
}

test('P9: a run of any age is due again within a quarter of its age and one period', () => {
  const ages = fc.integer({ min: 12 * second, max: 90 * 24 * 60 * minute })
  const periods = fc.constantFrom(second, 10 * second, minute, 5 * minute)
  fc.assert(
    fc.property(ages, periods, (ageMs, periodMs) => {
      const run = inFlightRun({ history: [], startedAtMs: t0 - ageMs })
      const most = Math.ceil((ageMs * 0.25 + periodMs) / periodMs)
      const isDue = (n: number) => isDueForGet(run, t0 + n * periodMs, { ...settings, periodMs })
      let n = 1
      while (n <= most && !isDue(n)) n += 1
      expect(n).toBeLessThanOrEqual(most)
    }),
  )
})

test('P11: an old run is asked for rarely: fewer than thirty times in a day after its first six minutes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: minute - 1 }), (offsetMs) => {
      const run = inFlightRun({ history: [], startedAtMs: t0 - offsetMs })
      const sweeps = Array.from({ length: 24 * 60 - 6 }, (_, n) => t0 + (n + 6) * minute)
      const asked = sweeps.filter((nowMs) => isDueForGet(run, nowMs, settings)).length
      expect(asked).toBeLessThan(30)
      expect(asked).toBeGreaterThan(20)
    }),
  )
})

test('P9: with any number of domains, each is first once in as many sweeps, and none is left out', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(domainIds, { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 0, max: 1_000_000 }),
      (domains, sweep) => {
        const runs = domains.map((domainId) =>
          inFlightRun({ startedAtMs: 0, subject: { ...subject, domainId } }),
        )
        const plans = domains.map((_, n) => planSweep(runs, t0 + (sweep + n) * minute, settings))
        expect(plans.map((plan) => plan.domains[0]?.[0]?.subject.domainId).toSorted()).toEqual(
          domains.toSorted(),
        )
        for (const plan of plans) expect(plan.domains.flat()).toHaveLength(domains.length)
      },
    ),
  )
})

test('a sweep does each due record once, and no other', () => {
  fc.assert(
    fc.property(
      fc.array(anyRun, { maxLength: 4 }),
      fc.integer({ min: -minute, max: 5 * minute }),
      (due, laterMs) => {
        const plan = planSweep(due, t0 + laterMs, settings)
        const planned = [...plan.announce, ...plan.release, ...plan.domains.flat()]
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
