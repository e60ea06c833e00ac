import { describe, expect, test } from 'vitest'
import { percentile, plotSeries } from '../../../page/server/series.ts'
import type { RunRow } from '../../../page/shared/protocol.ts'

const nowMs = Date.UTC(2026, 10, 28, 12)
const row = (over: Partial<RunRow>): RunRow => ({
  key: 'k',
  domainId: 'd',
  projectId: 'p',
  kind: 'asset',
  target: 't',
  record: 'r',
  types: [],
  attempt: 1,
  status: 'SUCCEEDED',
  updatedAtMs: nowMs,
  ...over,
})
const sum = (values: readonly number[] = []) => values.reduce((total, value) => total + value, 0)

describe('plotSeries', () => {
  test('counts a Start and an ending once, at their own times', () => {
    const series = plotSeries()
    const started = row({ status: 'IN_FLIGHT', startedAtMs: nowMs - 600_000 })
    const ended = row({ startedAtMs: nowMs - 600_000, detectedAtMs: nowMs - 570_000 })
    series.see(started, undefined, nowMs)
    series.see(ended, started, nowMs)
    series.see({ ...ended, updatedAtMs: nowMs + 1 }, ended, nowMs)
    const hour = series.read('hour', nowMs)
    expect([sum(hour?.starts), sum(hour?.endings['SUCCEEDED'])]).toEqual([1, 1])
    expect(hour?.runMedian.filter((value) => value !== null)).toEqual([30_000])
  })

  test('leaves out endings older than the window, and shows gaps where nothing was sampled', () => {
    const series = plotSeries()
    series.see(row({ detectedAtMs: nowMs - 2 * 3_600_000 }), undefined, nowMs)
    series.sample(3, 4, nowMs)
    expect(sum(series.read('hour', nowMs)?.endings['SUCCEEDED'])).toBe(0)
    expect(sum(series.read('day', nowMs)?.endings['SUCCEEDED'])).toBe(1)
    expect(series.read('hour', nowMs)?.inFlight.filter((value) => value !== null)).toEqual([3])
  })
})

describe('percentile', () => {
  test('returns a value that the share does not exceed, and null for no values', () => {
    expect([percentile([], 0.5), percentile([1], 0.95), percentile([1, 2, 3, 4], 0.5)]).toEqual([null, 1, 2])
  })
})
