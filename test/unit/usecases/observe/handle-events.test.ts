import { describe, expect, test } from 'vitest'
import type { ServiceEvent } from '../../../../lib/contracts/service-event.ts'
import { handleEvents } from '../../../../lib/usecases/observe/handle-events.ts'
import { fatesOf, hint, observer, run } from '../../../support/hints.ts'
import { memoryRunStore, storeDown } from '../../../support/memory-run-store.ts'
import { endedRun, inFlightRun, minute, sourceSubject, subject, t0 } from '../../../support/runs.ts'
import { answered, scriptedDataZone, serviceRun, sourceRun } from '../../../support/scripted-datazone.ts'
import { hint as sourceHint } from '../../../support/source-hints.ts'

const acceptance: ServiceEvent = {
  kind: 'acceptance',
  acceptance: { domainId: subject.domainId, assetId: subject.assetId, acceptedAtMs: t0 },
}
const events: readonly ServiceEvent[] = [
  acceptance,
  { kind: 'source-hint', hint: sourceHint({ runId: 'source-run-1' }) },
  { kind: 'hint', hint: hint({ ids: ['run-2'] }) },
]
const accepted = endedRun({ runId: 'run-1', detectedAtMs: t0 - minute, announcedAtMs: t0 })
const sourceInFlight = inFlightRun({ subject: sourceSubject, runId: 'source-run-1' })
const datazone = () =>
  scriptedDataZone({
    getRun: async (_, runId) =>
      answered(serviceRun({ runId, nativeStatus: 'SUCCEEDED', types: ['LINEAGE'] })),
    getSourceRun: async (_, runId) => answered(sourceRun({ runId, nativeStatus: 'SUCCESS' })),
  })

describe('handleEvents', () => {
  test('gives each event of a mixed batch its result, in the order of the batch', async () => {
    const store = memoryRunStore(accepted, run(2), sourceInFlight)
    const report = await handleEvents(events, observer({}, { store, datazone: datazone() }))
    expect(fatesOf(report)).toEqual(['asset accepted', 'run settled', 'run settled'])
    expect(report.announced).toBe(2)
    expect(report.problems).toEqual([])
    expect(report.unrecognized).toEqual([{ runId: 'run-2', what: 'type LINEAGE' }])
    expect(store.all().find((one) => one.state === 'ENDED' && one.runId === 'run-1')).toMatchObject({
      acceptedAtMs: t0,
    })
  })

  test('keeps an acceptance that cannot be recorded for another look, and reports why', async () => {
    const store = memoryRunStore(accepted)
    store.save = async () => {
      throw storeDown()
    }
    const report = await handleEvents([acceptance], observer({}, { store }))
    expect(fatesOf(report)).toEqual(['asset undecided'])
    expect(report.problems).toEqual([expect.stringMatching(/^accept: /)])
  })
})
