import { describe, expect, test } from 'vitest'
import { saveRunId } from '../../../../lib/usecases/start/save-run-id.ts'
import { memoryRunStore } from '../../../support/memory-run-store.ts'
import { claimedRun, inFlightRun, sourceSubject } from '../../../support/runs.ts'

describe('saveRunId', () => {
  test('writes the run id of a metadata run without a separate item', async () => {
    const store = memoryRunStore(claimedRun())
    expect(await saveRunId(inFlightRun(), { store })).toMatchObject({ runId: 'run-1', version: 2 })
    expect(store.writes).toEqual([expect.stringMatching(/^save IN_FLIGHT/)])
  })

  test('P1: refuses a data source run whose id another record holds', async () => {
    const held = inFlightRun({ subject: sourceSubject })
    const other = { ...sourceSubject, triggerKey: 'load-2' }
    const store = memoryRunStore(held, claimedRun({ subject: other }))
    expect(await saveRunId(held, { store })).toMatchObject({ runId: 'run-1' })
    expect(await saveRunId(inFlightRun({ subject: other }), { store })).toBe('taken')
  })

  test('returns undefined when another invocation has written the record', async () => {
    const store = memoryRunStore(claimedRun({ version: 5 }))
    expect(await saveRunId(inFlightRun(), { store })).toBeUndefined()
    const source = memoryRunStore(claimedRun({ subject: sourceSubject, version: 5 }))
    expect(await saveRunId(inFlightRun({ subject: sourceSubject }), { store: source })).toBeUndefined()
  })
})
