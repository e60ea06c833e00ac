import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { broughtToNow, isFarAhead } from '../../../lib/run/far-ahead.ts'
import type { Run } from '../../../lib/run/run.ts'
import { workAtMs } from '../../../lib/run/sweep-plan.ts'
import { claimedRun, endedRun, inFlightRun, minute, parkedRun, plannedRun, t0 } from '../../support/runs.ts'

const day = 24 * 60 * minute

describe('isFarAhead', () => {
  test.each<[string, Run, boolean]>([
    ['accepts a lease that ends within the hour', claimedRun({ leaseEndsAtMs: t0 + 60 * minute }), false],
    ['reports a lease that ends later', claimedRun({ leaseEndsAtMs: t0 + 60 * minute + 1 }), true],
    ['reports an ending more than an hour ahead', endedRun({ detectedAtMs: t0 + 61 * minute }), true],
    ['ignores an announced ending', endedRun({ detectedAtMs: t0 + 61 * minute, announcedAtMs: t0 }), false],
    [
      'reports a run that starts more than an hour ahead',
      inFlightRun({ startedAtMs: t0 + 61 * minute }),
      true,
    ],
    ['accepts a parked run that is due within 40 days', parkedRun({ retryAtMs: t0 + 40 * day }), false],
    ['reports a parked run that is due later', parkedRun({ retryAtMs: t0 + 40 * day + 1 }), true],
    ['ignores a planned run', plannedRun(), false],
  ])('%s', (_, run, expected) => {
    expect(isFarAhead(run, t0)).toBe(expected)
  })
})

describe('broughtToNow', () => {
  const aheadMs = fc.integer({ min: -60 * minute, max: 100 * 365 * day })
  const runs = fc.tuple(aheadMs, aheadMs, fc.nat(4)).map(([one, two, state]): Run => {
    const [atMs, otherMs] = [t0 + one, t0 + two]
    const sent = { firstAtMs: Math.min(atMs, otherMs), lastAtMs: Math.max(atMs, otherMs) }
    const all: readonly Run[] = [
      claimedRun({ leaseEndsAtMs: atMs, startSent: sent, earlierStart: sent, notFoundSinceMs: otherMs }),
      parkedRun({ retryAtMs: atMs, earlierStart: sent, heldSinceMs: otherMs, createdAtMs: otherMs }),
      inFlightRun({ startedAtMs: atMs, notFoundSinceMs: otherMs, unansweredSinceMs: otherMs }),
      endedRun({ detectedAtMs: atMs, startedAtMs: otherMs }),
      plannedRun({ createdAtMs: otherMs }),
    ]
    return all[state] ?? plannedRun()
  })

  test('P9: makes every run due now at the latest, and changes no key or condition', () => {
    fc.assert(
      fc.property(runs, (run) => {
        const brought = broughtToNow(run, t0)
        expect(workAtMs(brought) ?? 0).toBeLessThanOrEqual(t0)
        const { subject, attempt, version, createdAtMs, state } = run
        expect(brought).toMatchObject({ subject, attempt, version, createdAtMs, state })
        expect(Object.keys(brought).sort()).toEqual(Object.keys(run).sort())
        const { createdAtMs: _, history: __, request: ___, ...times } = brought
        expect(
          JSON.stringify(times)
            .match(/\d{13}/g)
            ?.every((ms) => Number(ms) <= t0) ?? true,
        ).toBe(true)
      }),
    )
  })
})
