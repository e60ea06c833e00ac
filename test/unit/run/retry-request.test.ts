import { describe, expect, test } from 'vitest'
import { noRetryBecause, retryRequestId } from '../../../lib/run/retry-request.ts'
import { endedRun, minute, parkedRun, plannedRun, sourceSubject, subject, t0 } from '../../support/runs.ts'

const failed = endedRun({ ending: 'FAILED' })

describe('noRetryBecause', () => {
  test('allows a retry of the last attempt of the newest revision', () => {
    const older = endedRun({ subject: { ...subject, revision: '3' }, createdAtMs: t0 - minute })
    const otherTypes = endedRun({
      subject: { ...subject, revision: '5', types: ['BUSINESS_NAMES'] },
      createdAtMs: t0 + minute,
    })
    expect(noRetryBecause(failed, [failed, older, otherTypes])).toBeUndefined()
  })

  test.each([
    ['a later attempt exists', parkedRun({ attempt: 2 }), 'LATER_ATTEMPT'],
    [
      'a newer revision has a run',
      endedRun({ subject: { ...subject, revision: '5' }, createdAtMs: t0 + minute }),
      'NEWER_REVISION',
    ],
  ])('refuses a retry when %s', (_, other, reason) => {
    expect(noRetryBecause(failed, [failed, other])).toBe(reason)
  })

  test('ignores a run that is only planned', () => {
    const planned = plannedRun({ subject: { ...subject, revision: '5' }, createdAtMs: t0 + minute })
    expect(noRetryBecause(failed, [failed, planned])).toBeUndefined()
  })

  test('refuses a retry of a foreign run, and allows one of a data source run of ours', () => {
    const { domainId, dataSourceId } = sourceSubject
    const foreign = endedRun({
      subject: { kind: 'DATA_SOURCE', domainId, dataSourceId, foreignRunId: 'run-9' },
    })
    expect(noRetryBecause(foreign, [foreign])).toBe('FOREIGN')
    const own = endedRun({ subject: sourceSubject })
    expect(noRetryBecause(own, [own, foreign])).toBeUndefined()
  })
})

describe('retryRequestId', () => {
  test('returns one request id per attempt', () => {
    const id = retryRequestId('dzd_orders', 'asset-1', 'RUN#4#BUSINESS_DESCRIPTIONS#0001')
    expect(id).toMatch(/^retry\/asset-1\/[0-9a-f]{24}$/)
    expect(retryRequestId('dzd_orders', 'asset-1', 'RUN#4#BUSINESS_DESCRIPTIONS#0002')).not.toBe(id)
  })
})
