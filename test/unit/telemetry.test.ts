import { describe, expect, test } from 'vitest'
import { malformedItemReporter, metricName } from '../../functions/telemetry.ts'

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
