import { describe, expect, test } from 'vitest'
import { measure } from '../../bench/virtual-system/measure.ts'
import { parsePolicy } from '../../lib/contracts/policy-file.ts'
import { forecastRuns } from '../../lib/run/backfill-forecast.ts'

const minute = 60_000
const second = 1000
const hour = 60 * minute

describe('a backfill of 5,000 assets in virtual time', () => {
  test('starts each publish within seconds, and ends without help', { timeout: 120_000 }, async () => {
    const seed = 7
    const { backfillStartsMs, startLatenciesMs, parked } = await measure({
      seed,
      runs: 60,
      everyMs: 20 * second,
      hints: 'hints',
      backfill: 5000,
      lastsMs: 30 * minute,
    })
    const backfilled = backfillStartsMs.length
    expect({ seed, backfilled, publishes: startLatenciesMs.length, parked }).toEqual({
      seed,
      backfilled: 5000,
      publishes: 60,
      parked: {},
    })
    expect(startLatenciesMs.at(-1)).toBeLessThan(10 * second)
  })
})

describe('a backfill of 2,000 assets under a cap of 700 runs a month, 100 of them reserved for live work', () => {
  const policyFile = {
    version: 1,
    rules: [{ match: {}, run: {} }],
    caps: [{ name: 'month', type: 'BUSINESS_DESCRIPTIONS', perMonth: 700, reserveForLive: 100 }],
  }
  const beforeTurnMs = 5 * hour
  const startMs = Date.UTC(2026, 1, 1) - beforeTurnMs

  test('takes the months that the plan forecasts, continues when the month turns, and leaves the reserve to live work', async () => {
    const seed = 11
    const { backfillStartsMs, startLatenciesMs, starts, parked } = await measure({
      seed,
      policyFile,
      // Live requests in the last hours of the month: ten more than the reserve.
      runs: 110,
      everyMs: 2 * minute,
      hints: 'hints',
      backfill: 2000,
      startMs,
      lastsMs: beforeTurnMs + hour,
      countParkedAtMs: beforeTurnMs - 1,
    })
    const isInMonth = (turned: boolean) => (atMs: number) => atMs >= beforeTurnMs === turned
    // A month's Starts up to the last one of the backfill, and how many of them were its own.
    const months = [false, true].map((turned) => {
      const own = backfillStartsMs.filter(isInMonth(turned))
      const all = starts.filter(({ atMs }) => isInMonth(turned)(atMs) && atMs <= (own.at(-1) ?? 0))
      return { own: own.length, all: all.length }
    })
    const startsInJanuary = starts.filter(({ atMs }) => isInMonth(false)(atMs)).length
    expect({ seed, untilBackfillStops: months.map(({ all }) => all), startsInJanuary }).toEqual({
      seed,
      untilBackfillStops: [600, 600],
      startsInJanuary: 700,
    })
    // Live requests start at once while the cap has room; the others wait for the next month.
    const liveInJanuary = startsInJanuary - (months[0]?.own ?? 0)
    expect(startLatenciesMs.filter((latencyMs) => latencyMs < 10 * second)).toHaveLength(liveInJanuary)
    // The assets that the lane has no room for wait in the plan, not as records.
    expect(parked['CAP_FULL']).toBeGreaterThan(110 - liveInJanuary)
    expect(parked['CAP_FULL']).toBeLessThan(1400)

    const parsed = parsePolicy(policyFile)
    const caps = parsed.ok ? parsed.value.caps : []
    const groups = [{ projectId: 'project1', types: ['BUSINESS_DESCRIPTIONS'] as const, runs: 2000 }]
    const live = new Map(months.map(({ own, all }, index) => [`MONTH#2026-0${index + 1}`, all - own]))
    const usedOf = ({ period }: { readonly period: string }) => live.get(period) ?? 0
    const forecast = forecastRuns(groups, { domainId: 'dzd_bench0001', caps }, usedOf, startMs)
    expect(forecast.months.slice(0, 2).map(({ runs }) => runs)).toEqual(months.map(({ own }) => own))
  })
})
