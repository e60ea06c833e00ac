import { describe, expect, test } from 'vitest'
import { forecastRuns, type RunGroup } from '../../../lib/run/backfill-forecast.ts'
import type { Cap } from '../../../lib/run/caps.ts'

const nowMs = Date.UTC(2026, 10, 28, 12)
const domainId = 'dzd_orders'
const descriptions: Cap = {
  name: 'descriptions',
  type: 'BUSINESS_DESCRIPTIONS',
  perMonth: 1000,
  reserveForLive: 100,
}
const group = (runs: number, over: Partial<RunGroup> = {}): RunGroup => ({
  projectId: 'project-1',
  types: ['BUSINESS_DESCRIPTIONS'],
  runs,
  ...over,
})

describe('forecastRuns', () => {
  test('starts every run this month without a cap', () => {
    expect(forecastRuns([group(5000)], { domainId, caps: [] }, () => 0, nowMs)).toEqual({
      months: [{ month: '2026-11', runs: 5000 }],
      budgets: [],
      never: 0,
    })
  })

  test('keeps the reserve for live requests, and moves runs without room to the next months', () => {
    const forecast = forecastRuns(
      [group(2000)],
      { domainId, caps: [descriptions] },
      ({ period }) => (period === 'MONTH#2026-11' ? 600 : 0),
      nowMs,
    )
    expect(forecast.months).toEqual([
      { month: '2026-11', runs: 300 },
      { month: '2026-12', runs: 900 },
      { month: '2027-01', runs: 800 },
    ])
    expect(forecast.budgets[0]).toEqual({ cap: 'descriptions', month: '2026-11', room: 300, runs: 300 })
  })

  test('shares a budget between groups, and counts a run in every cap that fits it', () => {
    const sandbox: Cap = { name: 'sandbox', project: 'project-2', perDay: 10 }
    const forecast = forecastRuns(
      [group(880), group(50, { projectId: 'project-2' }), group(70, { types: ['BUSINESS_NAMES'] })],
      { domainId, caps: [descriptions, sandbox] },
      () => 0,
      nowMs,
    )
    expect(forecast.months).toEqual([
      { month: '2026-11', runs: 970 },
      { month: '2026-12', runs: 30 },
    ])
    expect(forecast.budgets).toContainEqual({ cap: 'sandbox', month: '2026-11', room: 30, runs: 20 })
  })

  test('skips a month that is full', () => {
    const full = forecastRuns(
      [group(10)],
      { domainId, caps: [descriptions] },
      ({ period }) => (period === 'MONTH#2026-11' ? 1000 : 0),
      nowMs,
    )
    expect(full.months).toEqual([
      { month: '2026-11', runs: 0 },
      { month: '2026-12', runs: 10 },
    ])
  })

  test('counts the runs that never find room', () => {
    const none: Cap = { name: 'none', perMonth: 1, reserveForLive: 1 }
    expect(forecastRuns([group(7)], { domainId, caps: [none] }, () => 0, nowMs)).toMatchObject({
      months: [],
      never: 7,
    })
  })
})
