import type { DataZone } from '../../lib/ports/datazone.ts'
import type { InFlightRun } from '../../lib/run/run.ts'
import { settleRuns } from '../../lib/usecases/sweep/settle-runs.ts'
import { manualClock } from './manual-clock.ts'
import { memoryRunStore } from './memory-run-store.ts'
import { recordingBus, recordingQueue } from './recorders.ts'
import { inFlightRun, minute, second, t0 } from './runs.ts'
import { answered, scriptedDataZone, serviceRun } from './scripted-datazone.ts'
import { defaults } from './starter-world.ts'

export const recordedCancel = { requestedAtMs: t0 - second, requestId: 'stop-1' }

export const runOwingCancel = (over: Partial<InFlightRun> = {}) =>
  inFlightRun({ cancel: recordedCancel, ...over })

/**
 * Returns a script for a DataZone that accepts every cancel. Each Get returns the next of these statuses, then GONE.
 */
export const canceling = (...shown: readonly string[]): Partial<DataZone> => {
  const left = [...shown]
  return {
    cancelRun: async () => answered(undefined),
    getRun: async () => answered(serviceRun({ nativeStatus: left.shift() ?? 'GONE' })),
  }
}

/** Opens a sweep of one run, with the store, the DataZone and the clock that it uses. */
export const cancelSweeper = (run: InFlightRun, script: Partial<DataZone>) => {
  const store = memoryRunStore(run)
  const clock = manualClock()
  const datazone = scriptedDataZone(script)
  const context = { store, clock, datazone, bus: recordingBus(), queue: recordingQueue() }
  const settle = () => {
    const current = store.current(run)
    return settleRuns(current?.state === 'IN_FLIGHT' ? [current] : [], {
      ...context,
      settings: defaults.sweeper,
      deadlineMs: clock.now() + minute,
    })
  }
  return { ...context, settle, currentRun: () => store.current(run) }
}
