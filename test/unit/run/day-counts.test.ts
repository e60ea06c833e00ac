import { describe, expect, test } from 'vitest'
import { countsOf } from '../../../lib/run/day-counts.ts'
import { endedRun, rejectedRun } from '../../support/runs.ts'

const midnight = Date.parse('2026-11-21T00:00:00Z')

describe('countsOf', () => {
  test('counts endings by project and day, and each Start on the day of the Start', () => {
    const late = endedRun({ startedAtMs: midnight - 1, detectedAtMs: midnight })
    expect(
      countsOf([late, endedRun({ ...late, ending: 'FAILED' }), rejectedRun({ detectedAtMs: midnight })]),
    ).toEqual([
      {
        day: '2026-11-21',
        domainId: 'dzd_orders',
        projectId: 'project-1',
        counts: { [late.ending]: 1, FAILED: 1, REJECTED: 1 },
      },
      { day: '2026-11-20', domainId: 'dzd_orders', projectId: 'project-1', counts: { STARTED: 2 } },
    ])
  })

  test('counts nothing for no runs', () => {
    expect(countsOf([])).toEqual([])
  })
})
