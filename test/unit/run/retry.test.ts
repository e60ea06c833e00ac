import { describe, expect, test } from 'vitest'
import { clientToken, runKey } from '../../../lib/run/identity.ts'
import { nextAttempt } from '../../../lib/run/retry.ts'
import { type EndedRun, endings } from '../../../lib/run/run.ts'
import type { TypeStat } from '../../../lib/run/service-result.ts'
import { ownership } from '../../../lib/run/start-safety.ts'
import { hasToWait } from '../../support/has-to-wait.ts'
import { claimedRun, endedRun, minute, parkedRun, subject, t0 } from '../../support/runs.ts'

const both = { ...subject, types: ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'] } as const
const policy = { retry: { attempts: 3, delayMs: 5 * minute } }
const stats = (...statuses: readonly string[]): TypeStat[] =>
  statuses.map((status, index) => ({ type: both.types[index] ?? 'OTHER', status }))
const assumptions = { tokenMemoryMs: 10 * minute, listLagMs: 2 * minute, startEffectMs: minute }
const partial = (over: Partial<EndedRun> = {}) =>
  endedRun({
    subject: both,
    policy,
    ending: 'PARTIALLY_SUCCEEDED',
    typeStats: stats('SUCCEEDED', 'FAILED'),
    ...over,
  })

describe('nextAttempt', () => {
  test('P1: keeps subject, request and policy, waits until it is due, and has its own key and token', () => {
    const next = nextAttempt(partial(), t0)
    expect(next).toMatchObject({
      state: 'PARKED',
      reason: 'RETRY',
      retryAtMs: t0 + 5 * minute,
      subject: both,
      attempt: 2,
      retriesBefore: 1,
      request: partial().request,
      policy,
      history: [{ atMs: t0, what: 'parked: RETRY of attempt 1' }],
    })
    if (next === undefined) throw new Error('expected a next attempt')
    expect(runKey(next).record).not.toBe(runKey(partial()).record)
    expect(clientToken(next.subject, 2)).not.toBe(clientToken(both, 1))
  })

  test.each<[string, Partial<EndedRun>, readonly string[] | undefined]>([
    ['the type that failed', {}, ['BUSINESS_NAMES']],
    [
      'a type that succeeded in part',
      { typeStats: stats('PARTIALLY_SUCCEEDED', 'SUCCEEDED') },
      ['BUSINESS_DESCRIPTIONS'],
    ],
    ['all types when all failed', { ending: 'FAILED', typeStats: stats('FAILED', 'FAILED') }, undefined],
    ['all types when there are no statistics', { ending: 'FAILED', typeStats: [] }, undefined],
    [
      'all types when the statistics name no failure',
      { typeStats: stats('SUCCEEDED', 'SUCCEEDED') },
      undefined,
    ],
    [
      'the types of the previous attempt',
      { onlyTypes: ['BUSINESS_NAMES'], typeStats: [] },
      ['BUSINESS_NAMES'],
    ],
  ])('requests %s', (_, over, types) => {
    expect(nextAttempt(partial(over), t0)?.onlyTypes).toEqual(types)
  })

  test('retries up to the attempts of the policy, counted per request and not per subject', () => {
    expect(nextAttempt(partial({ attempt: 7, retriesBefore: 1 }), t0)).toMatchObject({
      attempt: 8,
      retriesBefore: 2,
    })
    expect(nextAttempt(partial({ attempt: 3, retriesBefore: 2 }), t0)).toBeUndefined()
  })

  test('retries no other ending, and none without a retry policy', () => {
    const retried = endings.filter((ending) => nextAttempt(partial({ ending }), t0) !== undefined)
    expect(retried).toEqual(['PARTIALLY_SUCCEEDED', 'FAILED'])
    expect(nextAttempt(partial({ policy: {} }), t0)).toBeUndefined()
  })
})

describe('P1: a retry of some types', () => {
  const retry = { subject: both, attempt: 2, onlyTypes: ['BUSINESS_DESCRIPTIONS'] } as const
  const earlierStart = { firstAtMs: t0, lastAtMs: t0 }

  test('adopts only a run of exactly those types', () => {
    const seen = { runId: 'run-9', revision: '4', createdAtMs: t0 + minute }
    const owner = (types: readonly string[]) =>
      ownership(claimedRun(retry), { ...seen, types }, new Set(), assumptions)
    expect(owner(['BUSINESS_DESCRIPTIONS'])).toBe('ours')
    expect(owner([...both.types])).toBe('not-ours')
  })

  test('waits for the earlier Start of another subject whose run it could adopt, and the reverse', () => {
    const other = parkedRun({ earlierStart })
    expect(hasToWait(retry, [other])).toBe(true)
    expect(hasToWait(other, [parkedRun({ ...retry, earlierStart })])).toBe(false)
    expect(hasToWait(parkedRun(), [parkedRun({ ...retry, earlierStart })])).toBe(true)
    expect(hasToWait(retry, [parkedRun()])).toBe(false)
    expect(hasToWait(retry, [parkedRun({ earlierStart, subject: { ...subject, revision: '5' } })])).toBe(
      false,
    )
  })

  test('does not wait for an attempt that waits for it', () => {
    const [one, other] = [parkedRun({ earlierStart }), parkedRun({ ...retry, earlierStart })]
    expect([hasToWait(one, [other]), hasToWait(other, [one])].toSorted()).toEqual([false, true])
  })
})
