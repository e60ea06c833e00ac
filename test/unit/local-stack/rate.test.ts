import { expect, test } from 'vitest'
import { ratePeriodMs } from '../../../local/template/rate.ts'

test.each([
  ['rate(1 minute)', 60_000],
  ['rate(5 minutes)', 300_000],
  ['rate(2 hours)', 7_200_000],
  ['rate(1 day)', 86_400_000],
])('reads %s', (expression, periodMs) => {
  expect(ratePeriodMs(expression)).toBe(periodMs)
})

test.each([
  'rate(0 minutes)',
  'rate(1 second)',
  'rate(-1 minute)',
  'cron(0 12 * * ? *)',
  'at(2026-01-01T00:00:00)',
  '',
])('refuses "%s"', (expression) => {
  expect(() => ratePeriodMs(expression)).toThrow('is not a rate expression such as rate(5 minutes)')
})
