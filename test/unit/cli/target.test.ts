import { describe, expect, test } from 'vitest'
import { domainOf, scopeOf, sinceMs } from '../../../cli/target.ts'

const domainId = 'dzd_sample1234567'

describe('domainOf', () => {
  test('refuses an invalid domain id', () => {
    expect(() => domainOf('sales')).toThrow(/--domain must look like dzd_/)
  })
})

describe('scopeOf', () => {
  test('reads a domain, and a project of it', () => {
    expect(scopeOf(domainId)).toEqual({ domainId })
    expect(scopeOf(`${domainId}/p1`)).toEqual({ domainId, projectId: 'p1' })
  })

  test('refuses more than two parts', () => {
    expect(() => scopeOf(`${domainId}/p1/a1`)).toThrow(/give DOMAIN or DOMAIN\/PROJECT/)
  })
})

describe('sinceMs', () => {
  const nowMs = Date.parse('2026-11-20T00:00:00Z')
  test.each([
    ['90m', nowMs - 90 * 60_000],
    ['12h', nowMs - 12 * 3_600_000],
    ['7d', nowMs - 7 * 86_400_000],
    ['2026-11-19T00:00:00Z', nowMs - 86_400_000],
  ])('reads %s', (given, expected) => {
    expect(sinceMs(given, nowMs)).toBe(expected)
  })

  test('refuses anything else', () => {
    expect(() => sinceMs('yesterday', nowMs)).toThrow(/--since takes 90m, 12h, 7d/)
  })
})
