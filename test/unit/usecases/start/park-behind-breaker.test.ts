import { describe, expect, test } from 'vitest'
import type { Breaker, BreakerCause } from '../../../../lib/run/breaker.ts'
import { parkBehindBreaker } from '../../../../lib/usecases/start/park-behind-breaker.ts'
import { claimedRun, minute, subject, t0 } from '../../../support/runs.ts'
import { answered, serviceRun } from '../../../support/scripted-datazone.ts'
import { startContext } from '../../../support/start-context.ts'

const breaker = (cause: BreakerCause): Breaker => ({
  cause,
  call: 'Start',
  openedAtMs: t0 - minute,
  probes: 1,
  nextProbeAtMs: t0 + minute,
})
const quota = breaker({ reason: 'QUOTA_EXCEEDED', types: ['BUSINESS_DESCRIPTIONS'] })
const denied = breaker({ reason: 'DENIED', domainId: subject.domainId, projectId: 'project-1' })
const open = claimedRun({
  createdAtMs: t0 - 61 * minute,
  earlierStart: { firstAtMs: t0 - 60 * minute, lastAtMs: t0 - 60 * minute },
})

describe('parkBehindBreaker', () => {
  test('parks without a call, and says which breaker blocks the run', async () => {
    const context = startContext({ runs: [claimedRun()] })
    expect(await parkBehindBreaker(claimedRun(), [], denied, context)).toMatchObject({
      outcome: 'parked',
      run: { reason: 'DENIED', error: { message: expect.stringMatching(/^DENIED since 2026-11-20T02:13/) } },
    })
    expect(context.datazone.calls).toEqual([])
  })

  test('P1: keeps an earlier Start while List may not be read', async () => {
    const context = startContext({ runs: [open] })
    const outcome = await parkBehindBreaker(open, [], denied, context)
    expect(outcome).toMatchObject({ outcome: 'parked', run: { earlierStart: open.earlierStart } })
  })

  test('looks up an earlier Start while the quota is full, and forgets it when List shows no run', async () => {
    const listRuns = async () => answered({ runs: [] })
    const context = startContext({ runs: [open], script: { listRuns } })
    const outcome = await parkBehindBreaker(open, [], quota, context)
    expect(outcome).toMatchObject({ outcome: 'parked', run: { reason: 'QUOTA_EXCEEDED' } })
    expect(context.store.current(open)).not.toHaveProperty('earlierStart')
  })

  test('adopts the run that an earlier Start made', async () => {
    const listRuns = async () => answered({ runs: [serviceRun({ createdAtMs: t0 - 60 * minute })] })
    const context = startContext({ runs: [open], script: { listRuns } })
    const outcome = await parkBehindBreaker(open, [], quota, context)
    expect(outcome).toMatchObject({ outcome: 'started', run: { runId: 'run-1' } })
  })
})
