import { describe, expect, test } from 'vitest'
import {
  type BreakerCause,
  blocks,
  breakerName,
  breakersBlocking,
  failProbe,
  nextMonthMs,
  openBreaker,
  returnProbe,
  startProbe,
} from '../../../lib/run/breaker.ts'
import { claimedRun, minute, parkedRun, second, sourceSubject, subject, t0 } from '../../support/runs.ts'

const pauses = { firstMs: minute, maxMs: 15 * minute, leaseMs: minute, quotaProbeMs: 240 * minute }
const full: BreakerCause = { reason: 'QUOTA_EXCEEDED', types: ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'] }
const denied: BreakerCause = { reason: 'DENIED', domainId: 'dzd_orders', projectId: 'project-1' }

test('names a breaker the way operators type it', () => {
  expect(breakerName(full)).toBe('QUOTA_EXCEEDED#BUSINESS_DESCRIPTIONS+BUSINESS_NAMES')
  expect(breakerName(denied)).toBe('DENIED#dzd_orders#project-1')
})

test('returns the first moment of the next UTC month, also at the end of a year', () => {
  expect(nextMonthMs(Date.parse('2026-12-31T23:59:59.999Z'))).toBe(Date.parse('2027-01-01T00:00:00Z'))
  expect(nextMonthMs(Date.parse('2027-01-01T00:00:00Z'))).toBe(Date.parse('2027-02-01T00:00:00Z'))
})

describe('a full quota', () => {
  const turnMs = Date.parse('2026-12-01T00:00:00Z')

  test('is probed every four hours, and when the month turns', () => {
    const fourHours = 240 * minute
    expect(openBreaker(full, 'Start', t0, pauses).nextProbeAtMs).toBe(t0 + fourHours)
    const probing = startProbe(openBreaker(full, 'Start', t0, pauses), t0 + fourHours, pauses)
    expect(failProbe(probing, 'Start', t0 + fourHours, pauses).nextProbeAtMs).toBe(t0 + 2 * fourHours)
    expect(openBreaker(full, 'Start', turnMs - 2 * minute, pauses).nextProbeAtMs).toBe(turnMs)
    expect(openBreaker(full, 'Start', turnMs - 1, pauses).nextProbeAtMs).toBe(turnMs - 1 + minute)
  })

  test("P7: is probed soon when it is found just after the month turns, because DataZone's clock may be late", () => {
    expect(openBreaker(full, 'Start', turnMs + second, pauses).nextProbeAtMs).toBe(turnMs + second + minute)
    const lateMs = turnMs + 11 * minute
    expect(openBreaker(full, 'Start', lateMs, pauses).nextProbeAtMs).toBe(lateMs + 240 * minute)
    const probing = startProbe(openBreaker(full, 'Start', t0, pauses), turnMs, pauses)
    expect(failProbe(probing, 'Start', turnMs + second, pauses).nextProbeAtMs).toBe(
      turnMs + second + 2 * minute,
    )
    const late = startProbe(probing, turnMs + 14 * minute, pauses)
    expect(failProbe(late, 'Start', turnMs + 14 * minute, pauses).nextProbeAtMs).toBe(turnMs + 254 * minute)
  })
})

test('lets a probe last at least as long as its lease', () => {
  const short = { firstMs: second, maxMs: 15 * second, leaseMs: minute, quotaProbeMs: minute }
  expect(startProbe(openBreaker(denied, 'Start', t0, short), t0 + second, short).nextProbeAtMs).toBe(
    t0 + second + minute,
  )
  const probing = startProbe(openBreaker(denied, 'Start', t0, short), t0 + second, short)
  expect(failProbe(probing, 'Start', t0 + 2 * second, short)).toEqual(probing)
})

test('keeps the call that was refused last, because only a Start proves that a Start is allowed', () => {
  const probing = startProbe(openBreaker(denied, 'GetAsset', t0, pauses), t0 + minute, pauses)
  expect(failProbe(probing, 'Start', t0 + minute, pauses).call).toBe('Start')
})

test('never pauses longer than the maximum, however many probes have failed', () => {
  const probing = startProbe({ ...openBreaker(denied, 'Start', t0, pauses), probes: 5000 }, t0, pauses)
  expect(probing.nextProbeAtMs).toBe(t0 + 15 * minute)
})

test('does not count a probe that is returned', () => {
  const breaker = openBreaker(denied, 'Start', t0, pauses)
  const back = returnProbe(startProbe(breaker, t0 + minute, pauses), t0 + minute + 1)
  expect(back).toEqual({ ...breaker, nextProbeAtMs: t0 + minute + 1 })
  expect(returnProbe(startProbe({ ...breaker, probes: 3 }, t0, pauses), t0).probes).toBe(3)
})

describe('blocks', () => {
  const about = (...types: typeof subject.types) => parkedRun({ subject: { ...subject, types } })
  const [descriptions, names, glossary] = [
    'BUSINESS_DESCRIPTIONS',
    'BUSINESS_NAMES',
    'BUSINESS_GLOSSARY_ASSOCIATIONS',
  ] as const
  const quota = openBreaker(full, 'Start', t0, pauses)

  test('P7: blocks the refused types, and sets that contain all of them', () => {
    expect(blocks(quota, 'Start', about(descriptions, names))).toBe(true)
    expect(blocks(quota, 'Start', about(names))).toBe(false)
    expect(blocks(quota, 'Start', about(glossary))).toBe(false)
    // A retry requests only the types it retries, not all of its subject.
    expect(blocks(quota, 'Start', { ...about(descriptions, names), onlyTypes: [names] })).toBe(false)
    expect(blocks(quota, 'GetAsset', about(descriptions, names))).toBe(false)
    expect(blocks(quota, 'Start', parkedRun({ subject: sourceSubject }))).toBe(false)
  })

  test('blocks every request of a denied project', () => {
    const permission = openBreaker(denied, 'Start', t0, pauses)
    expect(blocks(permission, 'Start', about(names))).toBe(true)
    expect(blocks(permission, 'GetAsset', parkedRun({ subject: sourceSubject }))).toBe(true)
    expect(blocks(permission, 'Start', parkedRun({ projectId: 'project-2' }))).toBe(false)
    const elsewhere = parkedRun({ subject: { ...subject, domainId: 'dzd_other' } })
    expect(blocks(permission, 'Start', elsewhere)).toBe(false)
  })

  test('does not block a request that waits for its revision, because no Start is due', () => {
    const { revision: _, ...unresolved } = { ...subject, types: [descriptions, names] }
    expect(breakersBlocking(parkedRun({ subject: unresolved }), [quota])).toEqual([])
    expect(breakersBlocking(about(descriptions, names), [quota])).toEqual([quota])
    const claim = claimedRun({ subject: { ...subject, types: [descriptions, names] } })
    const earlierStart = { firstAtMs: t0, lastAtMs: t0 }
    for (const open of [claim, { ...about(descriptions, names), earlierStart }])
      expect(breakersBlocking(open, [quota, openBreaker(denied, 'Start', t0, pauses)])).toHaveLength(1)
  })
})
