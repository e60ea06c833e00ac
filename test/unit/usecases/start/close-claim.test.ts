import { describe, expect, test } from 'vitest'
import { cancelUnstarted, park, reject } from '../../../../lib/usecases/start/close-claim.ts'
import { claimedRun, minute, parkedRun, subject, t0 } from '../../../support/runs.ts'
import { startContext } from '../../../support/start-context.ts'

const error = { name: 'ThrottlingException', message: 'slow down' }
const why = { reason: 'THROTTLED', retryAtMs: t0 + minute, definite: true, error } as const
const day = 24 * 60 * minute

describe('park', () => {
  test('keeps the claim in the table until its time', async () => {
    const run = claimedRun()
    const context = startContext({ runs: [run] })
    expect(await park(run, why, context)).toMatchObject({ outcome: 'parked' })
    expect(context.store.current(run)).toMatchObject({ state: 'PARKED', reason: 'THROTTLED', error })
  })

  test('applies the refusal to the record that another invocation has changed meanwhile', async () => {
    const run = claimedRun()
    const noted = claimedRun({ version: 2, alsoRequestedBy: [{ requestKey: 'request:again-1' }] })
    const context = startContext({ runs: [noted] })
    expect(await park(run, why, context)).toMatchObject({ outcome: 'parked' })
    expect(context.store.current(run)).toMatchObject({
      state: 'PARKED',
      alsoRequestedBy: [{ requestKey: 'request:again-1' }],
    })
  })

  test('P1: leaves the record unchanged when another invocation has taken over the lease', async () => {
    const run = claimedRun()
    const taken = claimedRun({ version: 2, startSent: { firstAtMs: t0 + minute, lastAtMs: t0 + minute } })
    const context = startContext({ runs: [taken] })
    expect(await park(run, why, context)).toMatchObject({ outcome: 'duplicate' })
    expect(context.store.current(run)).toEqual(taken)
  })

  test('P9: rejects a run that has waited too long', async () => {
    const run = claimedRun({ createdAtMs: t0 - 36 * day })
    const context = startContext({ runs: [run] })
    expect(await park(run, why, context)).toMatchObject({ outcome: 'rejected' })
    expect(context.bus.events).toMatchObject([{ detailType: 'Metadata Generation Run Rejected' }])
  })

  test('P1: parks a run that has waited too long while its Start may have taken effect', async () => {
    const run = claimedRun({ createdAtMs: t0 - 36 * day })
    const context = startContext({ runs: [run] })
    expect(await park(run, { ...why, definite: false }, context)).toMatchObject({ outcome: 'parked' })
  })

  test('P1: parks a run that has waited too long while an earlier Start of it may have taken effect', async () => {
    const run = claimedRun({
      createdAtMs: t0 - 36 * day,
      earlierStart: { firstAtMs: t0 - minute, lastAtMs: t0 - minute },
    })
    const context = startContext({ runs: [run] })
    expect(await park(run, why, context)).toMatchObject({ outcome: 'parked' })
  })

  test('gives up after five writes, each of which finds the record changed', async () => {
    const run = claimedRun()
    const context = startContext({ runs: [run] })
    let writes = 0
    context.store.beforeWrite = () => {
      writes += 1
      context.store.put(claimedRun({ version: 1 + writes }))
    }
    expect(await park(run, why, context)).toMatchObject({ outcome: 'duplicate' })
    expect(writes).toBe(5)
    expect(context.store.current(run)).toEqual(claimedRun({ version: 6 }))
  })

  test('P1: leaves the claim of another revision unchanged, though both began at the same time', async () => {
    const run = claimedRun()
    const taken = claimedRun({ version: 2, startSent: { firstAtMs: t0 + minute, lastAtMs: t0 + minute } })
    const other = claimedRun({ subject: { ...subject, revision: '3' } })
    const context = startContext({ runs: [taken, other] })
    expect(await park(run, why, context)).toMatchObject({ outcome: 'duplicate' })
    expect(context.store.all()).toEqual([other, taken])
  })
})

describe('reject', () => {
  test('ends the run and announces it once', async () => {
    const run = claimedRun()
    const context = startContext({ runs: [run] })
    expect(await reject(run, error, context)).toMatchObject({ outcome: 'rejected', reasons: ['slow down'] })
    expect(await reject(run, error, context)).toMatchObject({ outcome: 'duplicate' })
    expect(context.bus.events).toHaveLength(1)
  })

  test('leaves a run unchanged that was parked again meanwhile', async () => {
    const run = parkedRun()
    const again = parkedRun({ version: 2, retryAtMs: run.retryAtMs + minute })
    const context = startContext({ runs: [again] })
    expect(await reject(run, error, context)).toMatchObject({ outcome: 'duplicate' })
    expect(context.store.all()).toEqual([again])
    expect(context.bus.events).toEqual([])
  })
})

describe('cancelUnstarted', () => {
  test('ends a run with a requested cancel as CANCELED', async () => {
    const run = claimedRun({ cancel: { requestId: 'stop-1', requestedAtMs: t0 } })
    const context = startContext({ runs: [run] })
    expect(await cancelUnstarted(run, context)).toMatchObject({ outcome: 'canceled' })
    expect(context.bus.events).toMatchObject([{ detailType: 'Metadata Generation Run Canceled' }])
  })
})
