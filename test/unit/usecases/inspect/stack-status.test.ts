import { expect, test } from 'vitest'
import { stackStatus } from '../../../../lib/usecases/inspect/stack-status.ts'
import { memoryBreakers } from '../../../support/memory-breakers.ts'
import { memoryRunStore } from '../../../support/memory-run-store.ts'
import { claimedRun, endedRun, inFlightRun, minute, parkedRun, subject, t0 } from '../../../support/runs.ts'
import { withUnreadable } from '../../../support/unreadable-records.ts'

const subjectOf = (assetId: string) => ({ ...subject, assetId })

test('counts the records with work left by state, and the parked ones by reason', async () => {
  const store = memoryRunStore(
    inFlightRun({ subject: subjectOf('a') }),
    inFlightRun({ subject: subjectOf('b'), runId: 'run-2' }),
    claimedRun({ subject: subjectOf('c') }),
    endedRun({ subject: subjectOf('d') }),
    endedRun({ subject: subjectOf('e'), announcedAtMs: t0 }),
    parkedRun({ subject: subjectOf('f'), reason: 'DENIED', retryAtMs: t0 - minute }),
    parkedRun({ subject: subjectOf('g'), reason: 'PAUSED', retryAtMs: t0 + minute }),
  )
  expect(await stackStatus({ store, breakers: memoryBreakers() }, t0)).toEqual({
    inFlight: 2,
    claimed: 1,
    unannounced: 1,
    parked: { DENIED: 1, PAUSED: 1 },
    oldestDueAtMs: t0 - minute,
    breakers: [],
    unreadable: 0,
  })
})

test('names the longest wait among the requests that are due', async () => {
  const store = memoryRunStore(
    parkedRun({ subject: subjectOf('a'), retryAtMs: t0 - 2 * minute }),
    parkedRun({ subject: subjectOf('b'), retryAtMs: t0 - minute }),
  )
  const { oldestDueAtMs } = await stackStatus({ store, breakers: memoryBreakers() }, t0)
  expect(oldestDueAtMs).toBe(t0 - 2 * minute)
})

test('counts unreadable records among the work and among the waiting requests', async () => {
  const store = withUnreadable(memoryRunStore(), { due: 2, waiting: 1 })
  expect(await stackStatus({ store, breakers: memoryBreakers() }, t0)).toMatchObject({ unreadable: 3 })
})
