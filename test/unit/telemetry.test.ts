import { describe, expect, test } from 'vitest'
import { failedCatalogRoleReporter, malformedItemReporter, metricName } from '../../functions/telemetry.ts'

describe('malformedItemReporter', () => {
  test('logs each problem of an item once and counts every report', () => {
    const lines: unknown[] = []
    let counted = 0
    const report = malformedItemReporter({
      warn: (_message, fields) => lines.push(fields),
      count: (_metric, value) => {
        counted += value
      },
    })
    const keys = { pk: 'SWITCH#dzd_orders', sk: 'domain' }
    for (const problem of ['a', 'a', 'b', 'a']) report(keys, problem)
    expect(lines).toEqual([
      { ...keys, problem: 'a' },
      { ...keys, problem: 'b' },
    ])
    expect(counted).toBe(4)
  })
})

describe('metricName', () => {
  test('spells a state in lower case with hyphens', () => {
    expect(metricName('run', 'TIMED_OUT')).toBe('run-timed-out')
  })
})

describe('failedCatalogRoleReporter', () => {
  test('counts a denied AssumeRole apart from a short outage', () => {
    const seen: unknown[] = []
    const report = failedCatalogRoleReporter({
      error: (message, fields) => seen.push(['error', message, fields]),
      warn: (message, fields) => seen.push(['warn', message, fields]),
      count: (metric, value) => seen.push([metric, value]),
    })
    report('AccessDenied', true)
    report('Throttling', false)
    expect(seen).toEqual([
      ['catalog-role-denied', 1],
      ['error', 'Not allowed to assume the catalog role', { error: 'AccessDenied' }],
      ['catalog-role-unavailable', 1],
      ['warn', 'Failed to assume the catalog role', { error: 'Throttling' }],
    ])
  })
})
