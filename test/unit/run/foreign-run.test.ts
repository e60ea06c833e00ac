import { describe, expect, test } from 'vitest'
import { type FollowRule, foreignRunRecord, isFollowed, mayBeOurs } from '../../../lib/run/foreign-run.ts'
import { nextAttempt } from '../../../lib/run/retry.ts'
import { startUnknownName } from '../../../lib/run/run.ts'
import { transition } from '../../../lib/run/transition.ts'
import {
  claimedRun,
  endedRun,
  inFlightRun,
  minute,
  parkedRun,
  rejectedRun,
  second,
  t0,
} from '../../support/runs.ts'

const hour = 60 * minute
const run = { domainId: 'dzd_orders', dataSourceId: 'source-1', projectId: 'project-1' }
const foreign = { ...run, runId: 'run-9', eventId: 'event-9', happenedAtMs: t0 }

describe('isFollowed', () => {
  test.each<[string, readonly FollowRule[], boolean]>([
    ['no run without rules', [], false],
    ['every run by an empty rule', [{}], true],
    ['a run by its domain', [{ domain: 'dzd_*' }], true],
    ['only a run that fits every field of a rule', [{ domain: 'dzd_orders', project: 'project-2' }], false],
    ['a run that fits any of the rules', [{ dataSource: 'other' }, { dataSource: 'source-*' }], true],
  ])('follows %s', (_, rules, expected) => {
    expect(isFollowed(rules, run)).toBe(expected)
  })
})

describe('P1: mayBeOurs', () => {
  const sent = { firstAtMs: t0, lastAtMs: t0 + 30 * second }
  test.each([
    ['is true while a Start of its source is claimed', claimedRun(), true],
    ['is true while a parked Start may have taken effect', parkedRun({ earlierStart: sent }), true],
    ['is false after a refused Start', parkedRun(), false],
    ['is false after a Start whose run id is known', inFlightRun(), false],
    ['is false after a run that has ended', endedRun(), false],
    ['is false after a rejected request', rejectedRun(), false],
    [
      'is true for a day after the outcome of its Start was given up',
      rejectedRun({ error: { name: startUnknownName, message: '' } }),
      true,
    ],
  ])('%s', (_, record, may) => {
    expect(mayBeOurs({}, [record], t0 + minute)).toBe(may)
    expect(mayBeOurs({ happenedAtMs: t0 }, [record], t0 + minute)).toBe(may)
    // The event of a run cannot come before its Start, but clocks differ by seconds.
    expect(mayBeOurs({ happenedAtMs: t0 - 9 * second }, [record], t0 + minute)).toBe(may)
    expect(mayBeOurs({ happenedAtMs: t0 - 11 * second }, [record], t0 + minute)).toBe(false)
  })

  test('counts from the first of several Starts', () => {
    const record = claimedRun({ earlierStart: { firstAtMs: t0 - hour, lastAtMs: t0 - hour } })
    expect(mayBeOurs({ happenedAtMs: t0 - minute }, [record], t0)).toBe(true)
    // The clock of another starter may be ahead.
    const ahead = claimedRun({ earlierStart: { firstAtMs: t0 + minute, lastAtMs: t0 + minute } })
    expect(mayBeOurs({ happenedAtMs: t0 }, [ahead], t0)).toBe(true)
  })

  test('lasts for a day after the outcome of a Start was given up', () => {
    const record = rejectedRun({ error: { name: startUnknownName, message: '' } })
    expect(mayBeOurs({}, [record], record.detectedAtMs + 24 * hour - 1)).toBe(true)
    expect(mayBeOurs({}, [record], record.detectedAtMs + 24 * hour)).toBe(false)
  })
})

describe('foreignRunRecord', () => {
  const record = foreignRunRecord(foreign, { nativeStatus: 'RUNNING', createdAtMs: t0 - second }, t0 + minute)

  test('returns a run in flight since DataZone created it', () => {
    expect(record).toMatchObject({
      state: 'IN_FLIGHT',
      projectId: 'project-1',
      subject: {
        kind: 'DATA_SOURCE',
        domainId: 'dzd_orders',
        dataSourceId: 'source-1',
        foreignRunId: 'run-9',
      },
      runId: 'run-9',
      startedAtMs: t0 - second,
      createdAtMs: t0 + minute,
      request: { requestKey: 'event:event-9', requestedAtMs: t0 - second, regenerate: false },
      version: 0,
      history: [{ atMs: t0 + minute, what: 'follows foreign run run-9' }],
    })
    expect(foreignRunRecord(foreign, { nativeStatus: 'RUNNING' }, t0 + minute).startedAtMs).toBe(t0)
  })

  test('returns a run that is never retried', () => {
    const fact = { kind: 'OBSERVED', runId: 'run-9', nativeStatus: 'FAILED' } as const
    const next = transition(record, fact, t0 + hour)
    const ended = next.outcome === 'changed' && next.run.state === 'ENDED' ? next.run : undefined
    expect(ended).toMatchObject({ ending: 'FAILED' })
    expect(ended && nextAttempt(ended, t0 + hour)).toBeUndefined()
  })
})
