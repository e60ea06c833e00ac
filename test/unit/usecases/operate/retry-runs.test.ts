import { describe, expect, test } from 'vitest'
import { isForeign, type Run } from '../../../../lib/run/run.ts'
import { retriesOf } from '../../../../lib/usecases/operate/retry-runs.ts'
import { listedRun } from '../../../support/listed-run.ts'
import { memoryRunStore } from '../../../support/memory-run-store.ts'
import {
  endedRun,
  inFlightRun,
  minute,
  plannedRun,
  sourceSubject,
  subject,
  t0,
} from '../../../support/runs.ts'

const listed = (run: Run) => listedRun(run, 'FAILED')
const failed = (over: Parameters<typeof endedRun>[0] = {}) => endedRun({ ending: 'FAILED', ...over })

/** Returns the retry of the first record, or why it is left out. */
const retry = async (run: Run, ...others: readonly Run[]) => {
  const [found] = await retriesOf([listed(run)], memoryRunStore(run, ...others))
  return found
}

describe('retriesOf', () => {
  test('requests the same revision and types again, in the lane of the first request', async () => {
    expect(await retry(failed())).toMatchObject({
      request: {
        kind: 'METADATA_GENERATION',
        asset: { id: subject.assetId, revision: '4' },
        types: ['BUSINESS_DESCRIPTIONS'],
        regenerate: true,
        lane: 'live',
      },
    })
  })

  test('gives all retries of one attempt the same request id, and a retry of another attempt another id', async () => {
    const ids = await Promise.all(
      [failed(), failed(), failed({ subject: { ...subject, revision: '5' } })].map(async (run) => {
        const found = await retry(run)
        return found !== undefined && 'request' in found ? found.request.requestId : undefined
      }),
    )
    expect(new Set(ids).size).toBe(2)
  })

  test('gives the retry of a data source run its own trigger key', async () => {
    const found = await retry(failed({ subject: sourceSubject }))
    expect(found).toMatchObject({
      request: { kind: 'DATA_SOURCE', dataSource: { id: sourceSubject.dataSourceId } },
    })
    const request = found !== undefined && 'request' in found ? found.request : undefined
    expect(request).toMatchObject({ triggerKey: request?.requestId })
  })

  test('leaves out a run that has a later attempt', async () => {
    expect(await retry(failed(), inFlightRun({ attempt: 2, runId: 'run-2' }))).toMatchObject({
      skipped: 'LATER_ATTEMPT',
    })
    const source = failed({ subject: sourceSubject })
    expect(await retry(source, failed({ subject: sourceSubject, attempt: 2 }))).toMatchObject({
      skipped: 'LATER_ATTEMPT',
    })
    const otherTrigger = failed({ subject: { ...sourceSubject, triggerKey: 'load-2' }, attempt: 2 })
    expect(await retry(source, otherTrigger)).toMatchObject({ request: { kind: 'DATA_SOURCE' } })
  })

  test('leaves out a run when a newer revision has a run of the same types', async () => {
    const newer = { subject: { ...subject, revision: '5' }, createdAtMs: t0 + minute }
    expect(await retry(failed(), endedRun(newer))).toMatchObject({ skipped: 'NEWER_REVISION' })
    expect(await retry(failed(), plannedRun(newer))).toMatchObject({
      request: { kind: 'METADATA_GENERATION' },
    })
    const names = endedRun({ ...newer, subject: { ...newer.subject, types: ['BUSINESS_NAMES'] } })
    expect(await retry(failed(), names)).toMatchObject({ request: { kind: 'METADATA_GENERATION' } })
  })

  test('leaves out a foreign run', async () => {
    const { triggerKey: _, ...source } = sourceSubject
    const foreign = failed({ subject: { ...source, foreignRunId: 'run-9' } })
    expect(isForeign(foreign.subject)).toBe(true)
    expect(await retry(foreign)).toMatchObject({ skipped: 'FOREIGN' })
  })

  test('ignores a run that no longer exists or has not ended', async () => {
    expect(await retriesOf([listed(failed())], memoryRunStore())).toEqual([])
    expect(await retry(inFlightRun())).toBeUndefined()
  })
})
