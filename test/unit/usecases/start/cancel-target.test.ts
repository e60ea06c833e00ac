import { describe, expect, test } from 'vitest'
import { runKey } from '../../../../lib/run/identity.ts'
import { cancelWorld } from '../../../support/canceling.ts'
import { cancelRequest, sourceCancelRequest } from '../../../support/messages.ts'
import {
  endedRun,
  inFlightRun,
  minute,
  origin,
  parkedRun,
  sourceSubject,
  subject,
  t0,
} from '../../../support/runs.ts'

const { revision: _, ...unresolved } = subject
const { triggerKey: __, ...source } = sourceSubject

describe('the runs that a cancel request means', () => {
  test('spares a run of more types than it names', async () => {
    const both = { ...subject, types: ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'] } as const
    const { outcomes, store } = cancelWorld([parkedRun({ subject: both })])
    expect(await outcomes(cancelRequest({ types: ['BUSINESS_NAMES'] }))).toEqual(['nothing-to-cancel'])
    expect(store.writes).toEqual([])
  })

  test('compares its types with those that a waiting request names itself', async () => {
    const waiting = parkedRun({ subject: unresolved, request: origin })
    const world = cancelWorld([waiting])
    expect(await world.outcomes(cancelRequest({ types: ['BUSINESS_NAMES'] }))).toEqual(['nothing-to-cancel'])
    expect(await world.outcomes(cancelRequest({ types: ['BUSINESS_DESCRIPTIONS'] }))).toEqual(['canceled'])
  })

  test('spares the active run of another trigger key', async () => {
    const { outcomes, queue } = cancelWorld([inFlightRun({ subject: sourceSubject })])
    expect(await outcomes(sourceCancelRequest({ triggerKey: 'load-2' }))).toEqual(['nothing-to-cancel'])
    expect(queue.copies).toEqual([])
  })

  test('spares a foreign run', async () => {
    const foreign = inFlightRun({ subject: { ...source, foreignRunId: 'run-1' } })
    const { outcomes, queue } = cancelWorld([foreign])
    expect(await outcomes(sourceCancelRequest())).toEqual(['nothing-to-cancel'])
    expect(queue.copies).toEqual([])
  })

  test('reads only the records that decide about the trigger key it names', async () => {
    const world = cancelWorld([parkedRun({ subject: sourceSubject })])
    const { decidingRunsOf } = world.store
    const read: unknown[] = []
    world.store.decidingRunsOf = (query) => {
      read.push(query.attemptsOf)
      return decidingRunsOf(query)
    }
    expect(await world.outcomes(sourceCancelRequest({ triggerKey: 'load-1' }))).toEqual(['canceled'])
    expect(read).toEqual(['RUN#load-1#0001'])
  })
})

describe('a cancel request that comes too late', () => {
  test('names the run that ended last, whatever its revision', async () => {
    const last = endedRun({
      subject: { ...subject, revision: '10' },
      runId: 'run-10',
      detectedAtMs: t0 + 2 * minute,
    })
    const { handle, store } = cancelWorld([endedRun(), last])
    expect(store.all()[0]).toEqual(last)
    expect(await handle(cancelRequest())).toEqual([{ outcome: 'cancel-too-late', of: runKey(last) }])
  })

  test('reports a run that was canceled in DataZone, without a cancel request', async () => {
    const run = endedRun({ ending: 'CANCELED', nativeStatus: 'CANCELED' })
    expect(await cancelWorld([run]).handle(cancelRequest())).toEqual([
      { outcome: 'cancel-too-late', of: runKey(run) },
    ])
  })
})
