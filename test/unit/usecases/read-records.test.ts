import { describe, expect, test } from 'vitest'
import { runKey } from '../../../lib/run/identity.ts'
import { readRecords } from '../../../lib/usecases/read-records.ts'
import { manualClock } from '../../support/manual-clock.ts'
import { memoryRunStore } from '../../support/memory-run-store.ts'
import { endedRun, minute, sourceSubject, subject, t0 } from '../../support/runs.ts'

const day = 24 * 60 * minute
const clock = manualClock()

describe('readRecords', () => {
  test('reads every record of an asset, however old', async () => {
    const old = endedRun({ detectedAtMs: t0 - 100 * day })
    const { runs } = await readRecords(subject, undefined, { store: memoryRunStore(old), clock })
    expect(runs).toEqual([old])
  })

  test('leaves out the old runs of a data source, except attempts of the record', async () => {
    const old = endedRun({ subject: sourceSubject, detectedAtMs: t0 - 100 * day })
    const recent = endedRun({ subject: { ...sourceSubject, triggerKey: 'load-2' }, detectedAtMs: t0 })
    const context = { store: memoryRunStore(old, recent), clock }
    const withoutRecord = await readRecords(sourceSubject, undefined, context)
    expect(withoutRecord.runs).toEqual([recent])
    const { runs } = await readRecords(sourceSubject, runKey(old).record, context)
    expect(runs).toHaveLength(2)
  })
})
