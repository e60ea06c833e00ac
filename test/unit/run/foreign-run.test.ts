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

describe('whose runs the policy wants followed', () => {
  test.each<[string, readonly FollowRule[], boolean]>([
    ['none without rules', [], false],
    ['all by an empty rule', [{}], true],
    ['by the domain', [{ domain: 'dzd_*' }], true],
    ['by all that is given', [{ domain: 'dzd_orders', project: 'project-2' }], false],
    ['by any of the rules', [{ dataSource: 'other' }, { dataSource: 'source-*' }], true],
  ])('%s', (_, rules, wanted) => {
    expect(isFollowed(rules, run)).toBe(wanted)
  })
})

describe('P1: a run on no record may be ours', () => {
  const sent = { firstAtMs: t0, lastAtMs: t0 + 30 * second }
  test.each([
    ['while a Start of its source is claimed', claimedRun(), true],
    ['while one is parked whose Start may have taken effect', parkedRun({ earlierStart: sent }), true],
    ['not for one that was refused', parkedRun(), false],
    ['not for one whose run id is known', inFlightRun(), false],
    ['not for one that has ended', endedRun(), false],
    ['not for one that was rejected', rejectedRun(), false],
    [
      'for a day after its fate was given up',
      rejectedRun({ error: { name: startUnknownName, message: '' } }),
      true,
    ],
  ])('%s', (_, record, may) => {
    expect(mayBeOurs({}, [record], t0 + minute)).toBe(may)
    expect(mayBeOurs({ happenedAtMs: t0 }, [record], t0 + minute)).toBe(may)
    // Its event cannot have come before its Start; clocks differ by seconds.
    expect(mayBeOurs({ happenedAtMs: t0 - 9 * second }, [record], t0 + minute)).toBe(may)
    expect(mayBeOurs({ happenedAtMs: t0 - 11 * second }, [record], t0 + minute)).toBe(false)
  })

  test('since the first Start of several', () => {
    const record = claimedRun({ earlierStart: { firstAtMs: t0 - hour, lastAtMs: t0 - hour } })
    expect(mayBeOurs({ happenedAtMs: t0 - minute }, [record], t0)).toBe(true)
    // Another starter's clock may be ahead.
    const ahead = claimedRun({ earlierStart: { firstAtMs: t0 + minute, lastAtMs: t0 + minute } })
    expect(mayBeOurs({ happenedAtMs: t0 }, [ahead], t0)).toBe(true)
  })

  test('no longer than a day after its fate was given up', () => {
    const record = rejectedRun({ error: { name: startUnknownName, message: '' } })
    expect(mayBeOurs({}, [record], record.detectedAtMs + 24 * hour - 1)).toBe(true)
    expect(mayBeOurs({}, [record], record.detectedAtMs + 24 * hour)).toBe(false)
  })
})

describe('the record of a foreign run', () => {
  const record = foreignRunRecord(foreign, { nativeStatus: 'RUNNING', createdAtMs: t0 - second }, t0 + minute)

  test('is in flight since DataZone made it', () => {
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

  test('is never tried again', () => {
    const fact = { kind: 'OBSERVED', runId: 'run-9', nativeStatus: 'FAILED' } as const
    const next = transition(record, fact, t0 + hour)
    const ended = next.outcome === 'changed' && next.run.state === 'ENDED' ? next.run : undefined
    expect(ended).toMatchObject({ ending: 'FAILED' })
    expect(ended && nextAttempt(ended, t0 + hour)).toBeUndefined()
  })
})
