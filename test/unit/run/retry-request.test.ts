import { describe, expect, test } from 'vitest'
import { noRetryBecause, retryRequestId } from '../../../lib/run/retry-request.ts'
import { endedRun, minute, parkedRun, plannedRun, sourceSubject, subject, t0 } from '../../support/runs.ts'

const failed = endedRun({ ending: 'FAILED' })

describe('the retry of an ended run by an operator', () => {
  test('is made when it is the last attempt of the newest revision', () => {
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
  ])('is left out when %s', (_, other, reason) => {
    expect(noRetryBecause(failed, [failed, other])).toBe(reason)
  })

  test('takes a plan of mode plan for no run', () => {
    const planned = plannedRun({ subject: { ...subject, revision: '5' }, createdAtMs: t0 + minute })
    expect(noRetryBecause(failed, [failed, planned])).toBeUndefined()
  })

  test('is left out for a foreign run, and made for a data source of our own', () => {
    const { domainId, dataSourceId } = sourceSubject
    const foreign = endedRun({
      subject: { kind: 'DATA_SOURCE', domainId, dataSourceId, foreignRunId: 'run-9' },
    })
    expect(noRetryBecause(foreign, [foreign])).toBe('FOREIGN')
    const own = endedRun({ subject: sourceSubject })
    expect(noRetryBecause(own, [own, foreign])).toBeUndefined()
  })

  test('has one request id for each attempt', () => {
    const id = retryRequestId('dzd_orders', 'asset-1', 'RUN#4#BUSINESS_DESCRIPTIONS#0001')
    expect(id).toMatch(/^retry\/asset-1\/[0-9a-f]{24}$/)
    expect(retryRequestId('dzd_orders', 'asset-1', 'RUN#4#BUSINESS_DESCRIPTIONS#0002')).not.toBe(id)
  })
})
