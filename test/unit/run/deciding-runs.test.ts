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
const earlierStart = { firstAtMs: t0, lastAtMs: t0 }
const ofSource = { subject: sourceSubject }

describe('activeUntilMs', () => {
  test.each([
    ['a plan', plannedRun(ofSource), undefined],
    ['a parked run without an earlier Start', parkedRun(ofSource), undefined],
    ['a parked run with an earlier Start', parkedRun({ ...ofSource, earlierStart }), always],
    ['a claim', claimedRun(ofSource), always],
    ['a run in flight', inFlightRun(ofSource), always],
    ['an ended run', endedRun({ ...ofSource, detectedAtMs: t0 + minute }), t0 + minute],
    ['a run of an asset', inFlightRun(), undefined],
  ])('returns the time at which it stops being active: %s', (_, run, expected) => {
    expect(activeUntilMs(run)).toBe(expected)
  })
})

test('reads back over the UTC day and the 24 hours of late events', () => {
  expect(decidingSinceMs(t0)).toBe(t0 - 25 * 60 * minute)
})
