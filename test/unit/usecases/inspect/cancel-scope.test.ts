import { describe, expect, test } from 'vitest'
import { CancelRequest } from '../../../../lib/contracts/cancel-request.ts'
import type { Run } from '../../../../lib/run/run.ts'
import { alsoCanceled, cancelScopeOf } from '../../../../lib/usecases/inspect/cancel-scope.ts'
import {
  claimedRun,
  endedRun,
  inFlightRun,
  parkedRun,
  plannedRun,
  sourceSubject,
  subject,
} from '../../../support/runs.ts'

const foreign = { kind: 'DATA_SOURCE', domainId: 'dzd_orders', dataSourceId: 's', foreignRunId: 'r' } as const
const { revision: _, ...unresolved } = subject

describe('cancelScopeOf', () => {
  test.each([
    ['a run in flight', inFlightRun()],
    ['a claim', claimedRun()],
    ['a parked request', parkedRun()],
    ['a parked request of a data source', parkedRun({ subject: sourceSubject })],
  ])('returns a scope for %s that is valid in a cancel request', (_, run) => {
    const result = cancelScopeOf(run)
    expect(result.outcome).toBe('cancelable')
    if (result.outcome !== 'cancelable') return
    const { domainId } = subject
    const common = {
      version: 1,
      requestId: 'c',
      kind: 'CANCEL',
      domainId,
      requestedAt: '2026-11-20T02:14:00Z',
    }
    expect(CancelRequest.safeParse({ ...common, ...result.scope }).success).toBe(true)
  })

  test.each<[string, Run]>([
    ['has ended as SUCCEEDED', endedRun()],
    ['mode plan', plannedRun()],
    ['requested already', inFlightRun({ cancel: { requestedAtMs: 1 } })],
    ['revision is not known', parkedRun({ subject: unresolved })],
    ['DataZone cannot cancel', inFlightRun({ subject: sourceSubject })],
    ['DataZone cannot cancel', inFlightRun({ subject: foreign })],
  ])('refuses a run that cannot be canceled: %s (case %#)', (why, run) => {
    expect(cancelScopeOf(run)).toEqual({ outcome: 'refused', why: expect.stringContaining(why) })
  })
})

describe('alsoCanceled', () => {
  const both = inFlightRun({ subject: { ...subject, types: ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'] } })
  const one = inFlightRun()

  test('names an active run of the same revision with fewer types', () => {
    expect(alsoCanceled(both, [both, one, endedRun()])).toEqual([one])
  })

  test('leaves out runs with more types, of another revision, and of data sources', () => {
    const newer = inFlightRun({ subject: { ...subject, revision: '5' } })
    expect(alsoCanceled(one, [both, newer, inFlightRun({ subject: sourceSubject })])).toEqual([])
    expect(alsoCanceled(inFlightRun({ subject: sourceSubject }), [one])).toEqual([])
  })
})
