import { describe, expect, test } from 'vitest'
import { type Cap, incrementsFor, notYetCounted, roomAtMs } from '../../../lib/run/caps.ts'
import type { Lane } from '../../../lib/run/run.ts'
import { origin, parkedRun, sourceSubject, subject } from '../../support/runs.ts'

const atMs = Date.parse('2026-11-30T23:59:59.999Z')
const december = Date.UTC(2026, 11, 1)

const counted = (cap: Partial<Cap>, over: Parameters<typeof parkedRun>[0] = {}, nowMs = atMs) =>
  incrementsFor(parkedRun(over), [{ name: 'all', ...cap }], nowMs)

describe('incrementsFor', () => {
  test('counts a run in its UTC day and month, each with its limit and end', () => {
    expect(counted({ perDay: 5, perMonth: 100 })).toEqual([
      { counter: { cap: 'all', period: 'DAY#2026-11-30' }, limit: 5, periodEndsAtMs: december },
      { counter: { cap: 'all', period: 'MONTH#2026-11' }, limit: 100, periodEndsAtMs: december },
    ])
    expect(counted({ perDay: 5, perMonth: 100 }, {}, atMs + 1)).toMatchObject([
      { counter: { period: 'DAY#2026-12-01' }, periodEndsAtMs: Date.UTC(2026, 11, 2) },
      { counter: { period: 'MONTH#2026-12' }, periodEndsAtMs: Date.UTC(2027, 0, 1) },
    ])
  })

  test.each<[string, Partial<Cap>, boolean]>([
    ['applies a cap that names its domain', { domain: 'dzd_*' }, true],
    ['does not apply a cap that names another domain', { domain: 'dzd_sales' }, false],
    ['applies a cap that names its project', { project: 'project-1' }, true],
    ['does not apply a cap that names another project', { project: 'project-2*' }, false],
    ['applies a cap that names a type that it requests', { type: 'BUSINESS_DESCRIPTIONS' }, true],
    [
      'does not apply a cap that names only a type that it does not request',
      { type: 'BUSINESS_NAMES' },
      false,
    ],
    [
      'does not apply a cap that names its domain, but another project',
      { domain: 'dzd_orders', project: 'no' },
      false,
    ],
  ])('%s', (_, cap, applies) => {
    expect(counted({ ...cap, perDay: 1 })).toHaveLength(applies ? 1 : 0)
  })

  test('counts a retry for the types that it runs', () => {
    const types = ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'] as const
    const retry = { subject: { ...subject, types }, onlyTypes: ['BUSINESS_NAMES'] as const }
    expect(counted({ type: 'BUSINESS_DESCRIPTIONS', perDay: 1 }, retry)).toEqual([])
    expect(counted({ type: 'BUSINESS_NAMES', perDay: 1 }, retry)).toHaveLength(1)
  })

  test('does not count data source runs', () => {
    expect(counted({ perDay: 1 }, { subject: sourceSubject })).toEqual([])
  })
})

describe('reserveForLive', () => {
  const limits = (lane: Lane, cap: Partial<Cap>) =>
    counted(cap, { request: { ...origin, lane } }).map(({ limit }) => limit)

  test('limits backfill per month, or per day when the cap has no monthly limit', () => {
    expect(limits('backfill', { perDay: 5, perMonth: 100, reserveForLive: 20 })).toEqual([5, 80])
    expect(limits('live', { perDay: 5, perMonth: 100, reserveForLive: 20 })).toEqual([5, 100])
    expect(limits('backfill', { perDay: 5, reserveForLive: 2 })).toEqual([3])
    expect(limits('live', { perDay: 5, reserveForLive: 2 })).toEqual([5])
    expect(limits('backfill', { perDay: 5 })).toEqual([5])
  })
})

test('counts an attempt once per period, and finds room when the last full period has ended', () => {
  const counts = counted({ perDay: 5, perMonth: 100 }, {}, atMs - 86_400_000)
  const [day, month] = counts.map(({ counter }) => counter)
  if (day === undefined || month === undefined) throw new Error('expected two counters')
  expect(notYetCounted(counts, undefined)).toEqual(counts)
  expect(notYetCounted(counts, [month]).map(({ counter }) => counter)).toEqual([day])
  expect(notYetCounted(counts, [{ ...day, cap: 'other' }])).toEqual(counts)
  expect(roomAtMs(counts)).toBe(december)
})
