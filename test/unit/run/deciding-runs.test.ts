import { describe, expect, test } from 'vitest'
import { activeUntilMs, decidingSinceMs } from '../../../lib/run/deciding-runs.ts'
import {
  claimedRun,
  endedRun,
  inFlightRun,
  minute,
  parkedRun,
  plannedRun,
  sourceSubject,
  t0,
} from '../../support/runs.ts'

const always = Date.parse('9999-12-31T23:59:59.999Z')
const openStart = { firstAtMs: t0, lastAtMs: t0 }
const of = { subject: sourceSubject }

describe('activeUntilMs', () => {
  test.each([
    ['a plan', plannedRun(of), undefined],
    ['a parked run without an open Start', parkedRun(of), undefined],
    ['a parked run with an open Start', parkedRun({ ...of, earlierStart: openStart }), always],
    ['a claim', claimedRun(of), always],
    ['a run in flight', inFlightRun(of), always],
    ['an ended run', endedRun({ ...of, detectedAtMs: t0 + minute }), t0 + minute],
    ['a run of an asset', inFlightRun(), undefined],
  ])('returns the time for %s', (_, run, expected) => {
    expect(activeUntilMs(run)).toBe(expected)
  })
})

test('covers the UTC day and the 24 hours of late events with decidingSinceMs', () => {
  expect(decidingSinceMs(t0)).toBe(t0 - 25 * 60 * minute)
})
