import type { DataZone } from '../../lib/ports/datazone.ts'
import type { Breaker } from '../../lib/run/breaker.ts'
import type { Run } from '../../lib/run/run.ts'
import { type SweeperSettings, sweepRuns } from '../../lib/usecases/sweep/sweep-runs.ts'
import { manualClock } from './manual-clock.ts'
import { memoryBreakers } from './memory-breakers.ts'
import { memoryRunStore } from './memory-run-store.ts'
import { recordingBus, recordingQueue } from './recorders.ts'
import { minute, second, subject, t0 } from './runs.ts'
import { answered, scriptedDataZone, serviceRun } from './scripted-datazone.ts'
import { defaults } from './starter-world.ts'

export const assetOf = (about: object): unknown => Reflect.get(about, 'assetId')

export const forAsset = <R extends Run>(run: R, assetId: string, domainId = 'dzd_orders'): R => ({
  ...run,
  subject: { ...subject, assetId, domainId },
})

/**
 * Opens a sweep of `runs` with a manual clock, a scripted DataZone, and a bus and a queue that record what it sends.
 */
export const sweeper = (
  runs: readonly Run[],
  script: Partial<DataZone> = {},
  settings: Partial<SweeperSettings> = {},
  held: { readonly breakers?: readonly Breaker[]; readonly paused?: string } = {},
) => {
  const clock = manualClock()
  const context = {
    clock,
    store: memoryRunStore(...runs),
    bus: recordingBus(),
    queue: recordingQueue(),
    datazone: scriptedDataZone(script),
    breakers: memoryBreakers(...(held.breakers ?? [])),
    switches: {
      pauseOf: async (_: string, projectId: string) => (held.paused === projectId ? {} : undefined),
    },
    settings: { ...defaults.sweeper, ...settings },
  }
  return {
    ...context,
    sweep: (deadlineMs = clock.now() + 47 * second) => sweepRuns({ ...context, deadlineMs }),
  }
}

export const succeeded: Partial<DataZone> = {
  getRun: async (_domainId, runId) => answered(serviceRun({ runId, nativeStatus: 'SUCCEEDED' })),
}

export const due = { retryAtMs: t0, createdAtMs: t0 - minute }

export const startedEarlier = { startedAtMs: t0 - minute }
