import { describe, expect, test } from 'vitest'
import type { Breaker } from '../../../../lib/run/breaker.ts'
import { parkingReason } from '../../../../lib/usecases/start/parking-reason.ts'
import {
  endedRun,
  inFlightRun,
  minute,
  parkedRun,
  sourceSubject,
  subject,
  t0,
} from '../../../support/runs.ts'
import { startContext } from '../../../support/start-context.ts'

const day = 24 * 60 * minute
const open = { earlierStart: { firstAtMs: t0 - minute, lastAtMs: t0 - minute } }
const cancel = { cancel: { requestId: 'stop-1', requestedAtMs: t0 } }
const other = inFlightRun({ subject: { ...subject, revision: '3' } })
const fullQuota: Breaker = {
  cause: { reason: 'QUOTA_EXCEEDED', types: ['BUSINESS_DESCRIPTIONS'] },
  call: 'Start',
  openedAtMs: t0 - minute,
  probes: 0,
  nextProbeAtMs: t0 + 60 * minute,
}

describe('parkingReason', () => {
  test('returns undefined for a run that may be claimed', async () => {
    expect(await parkingReason(parkedRun(), [], startContext())).toBeUndefined()
  })

  test.each([[subject.domainId], ['project-1']])('parks while %s is paused', async (scope) => {
    const context = startContext({ paused: [scope] })
    expect(await parkingReason(parkedRun(), [], context)).toMatchObject({
      reason: 'PAUSED',
      error: { message: 'paused by an operator: for a test' },
    })
    expect(await parkingReason(parkedRun(cancel), [], context)).toBeUndefined()
  })

  test('waits behind another run of the asset, longer the older the request is', async () => {
    const context = startContext()
    const young = await parkingReason(parkedRun(), [other], context)
    expect(young).toMatchObject({ reason: 'BEHIND' })
    const old = await parkingReason(parkedRun({ createdAtMs: t0 - day }), [other], context)
    expect(old?.retryAtMs).toBeGreaterThan(young?.retryAtMs ?? 0)
  })

  test('looks again within an hour behind a request that waits for the next month', async () => {
    const full = parkedRun({ reason: 'CAP_FULL', retryAtMs: t0 + 9 * day, heldSinceMs: t0 })
    expect(await parkingReason(parkedRun({ attempt: 2 }), [full], startContext())).toEqual({
      reason: 'BEHIND',
      retryAtMs: t0 + 60 * minute,
    })
  })

  test('P1: waits behind another run even for a cancel, because List could show that run', async () => {
    const attempt = parkedRun({ ...open, ...cancel })
    expect(await parkingReason(attempt, [other], startContext())).toMatchObject({ reason: 'BEHIND' })
  })

  test('parks until tomorrow when the data source has used its runs of the day', async () => {
    const attempt = parkedRun({ subject: sourceSubject })
    const runs = ['load-2', 'load-3'].map((triggerKey) =>
      endedRun({ subject: { ...sourceSubject, triggerKey }, runId: triggerKey, startedAtMs: t0 }),
    )
    const context = startContext({ settings: { sourceRunsPerDay: 2 } })
    expect(await parkingReason(attempt, runs, context)).toEqual({
      reason: 'SOURCE_DAY_FULL',
      retryAtMs: Date.parse('2026-11-21T00:00:00Z'),
    })
    const roomy = startContext({ settings: { sourceRunsPerDay: 3 } })
    expect(await parkingReason(attempt, runs, roomy)).toBeUndefined()
  })

  test('parks behind an open breaker, but looks up an earlier Start while the quota is full', async () => {
    const context = startContext({ breakers: [fullQuota] })
    expect(await parkingReason(parkedRun(), [], context)).toMatchObject({
      reason: 'QUOTA_EXCEEDED',
      error: { name: 'BreakerOpen' },
    })
    expect(await parkingReason(parkedRun(open), [], context)).toBeUndefined()
  })

  test('P9: lets the last try of a run with an earlier Start pass the breaker, because it only calls List', async () => {
    const denied: Breaker = {
      ...fullQuota,
      cause: { reason: 'DENIED', domainId: subject.domainId, projectId: 'project-1' },
    }
    const context = startContext({ breakers: [denied] })
    const old = { createdAtMs: t0 - 36 * day, heldMs: 0 }
    expect(await parkingReason(parkedRun(open), [], context)).toMatchObject({ reason: 'DENIED' })
    expect(await parkingReason(parkedRun({ ...open, ...old }), [], context)).toBeUndefined()
  })
})
