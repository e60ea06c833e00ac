import { expect, test } from 'vitest'
import { pollerHandler } from '../../functions/poller-handler.ts'
import type { ServiceRun } from '../../lib/ports/datazone.ts'
import { manualClock } from '../support/manual-clock.ts'
import { memoryBackfillPlans } from '../support/memory-backfill-plans.ts'
import { memoryBreakers } from '../support/memory-breakers.ts'
import { memoryRunStore } from '../support/memory-run-store.ts'
import { recordingBus, recordingQueue } from '../support/recorders.ts'
import { inFlightRun, minute, t0 } from '../support/runs.ts'
import { answered, scriptedDataZone, serviceRun } from '../support/scripted-datazone.ts'
import { defaults } from '../support/starter-world.ts'

/** Runs sweeps over one run that DataZone answers with `shown`, and returns the logged warnings. */
const warningsOf = async (
  sweeps: number,
  shown: Partial<ServiceRun>,
  run = inFlightRun({ startedAtMs: t0 - 10 * minute }),
) => {
  const warnings: Record<string, unknown>[] = []
  const clock = manualClock()
  const sweep = pollerHandler({
    settings: defaults.sweeper,
    ports: {
      store: memoryRunStore(run),
      datazone: scriptedDataZone({ getRun: async () => answered(serviceRun(shown)) }),
      bus: recordingBus(),
      queue: recordingQueue(),
      breakers: memoryBreakers(),
      switches: { pauseOf: async () => undefined },
      backfills: memoryBackfillPlans(),
      clock,
    },
    telemetry: {
      info: () => {},
      warn: (_message, fields) => void warnings.push(fields),
      error: () => {},
      count: () => {},
    },
  })
  for (let n = 0; n < sweeps; n += 1) {
    await sweep({}, { getRemainingTimeInMillis: () => 55_000 })
    clock.advance(minute)
  }
  return warnings
}

test('P8, P11: logs an unrecognized status once with its run, however often it is seen', async () => {
  expect(await warningsOf(4, { nativeStatus: 'AWAITING_REVIEW' })).toEqual([
    { runId: 'run-1', what: 'status AWAITING_REVIEW' },
  ])
})

test('P8: logs an unrecognized type once when the run has ended, without its error message', async () => {
  const shown = {
    nativeStatus: 'FAILED',
    types: ['BUSINESS_NAMES', 'BUSINESS_METRICS'],
    typeStats: [
      { type: 'BUSINESS_METRICS', status: 'FAILED', errorMessage: 'a text' },
      { type: 'BUSINESS_TAGS', status: 'SUCCEEDED' },
      { type: 'BUSINESS_NAMES', status: 'SUCCEEDED' },
    ],
  }
  expect(await warningsOf(3, shown)).toEqual([
    { runId: 'run-1', what: 'type BUSINESS_METRICS' },
    { runId: 'run-1', what: 'type BUSINESS_TAGS' },
  ])
})

test('logs no known status or type', async () => {
  const back = inFlightRun({ startedAtMs: t0 - 10 * minute, notFoundSinceMs: t0 })
  expect(await warningsOf(1, { nativeStatus: 'IN_PROGRESS' }, back)).toEqual([])
  const known = { ...back, nativeStatus: 'AWAITING_REVIEW' }
  expect(await warningsOf(1, { nativeStatus: 'AWAITING_REVIEW' }, known)).toEqual([])
  expect(await warningsOf(2, { nativeStatus: 'IN_PROGRESS' })).toEqual([])
  expect(await warningsOf(2, { nativeStatus: 'SUCCEEDED', types: ['BUSINESS_NAMES'] })).toEqual([])
})
