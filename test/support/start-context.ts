import type { DataZone } from '../../lib/ports/datazone.ts'
import type { Breaker } from '../../lib/run/breaker.ts'
import type { Run } from '../../lib/run/run.ts'
import { breakerGates } from '../../lib/usecases/start/breaker-gate.ts'
import type { StarterSettings } from '../../lib/usecases/start/start-context.ts'
import { manualClock } from './manual-clock.ts'
import { memoryBreakers } from './memory-breakers.ts'
import { memoryRunStore } from './memory-run-store.ts'
import { memorySkipLog } from './memory-skip-log.ts'
import { recordingBus, recordingQueue } from './recorders.ts'
import { minute, second } from './runs.ts'
import { scriptedDataZone } from './scripted-datazone.ts'
import { defaults } from './starter-world.ts'

/** Returns a start context with fake ports, for the tests of a single use case. */
export const startContext = (
  given: {
    readonly runs?: readonly Run[]
    readonly breakers?: readonly Breaker[]
    readonly script?: Partial<DataZone>
    readonly settings?: Partial<StarterSettings>
    /** The ids of paused domains and projects. */
    readonly paused?: readonly string[]
    /** The time that the invocation has left, in ms. */
    readonly leftMs?: number
    readonly receiveCount?: number
  } = {},
) => {
  const { runs = [], breakers = [], paused = [], leftMs = 27 * second, receiveCount = 1 } = given
  const clock = manualClock()
  const open = memoryBreakers(...breakers)
  const gates = breakerGates(open, clock, {
    firstMs: minute,
    maxMs: 15 * minute,
    leaseMs: minute,
    quotaProbeMs: 240 * minute,
  })
  return {
    clock,
    store: memoryRunStore(...runs),
    bus: recordingBus(),
    queue: recordingQueue(),
    datazone: scriptedDataZone(given.script ?? {}),
    breakers: open,
    gate: gates(),
    skips: memorySkipLog(),
    switches: {
      pauseOf: async (domainId: string, projectId: string) =>
        paused.includes(domainId) || paused.includes(projectId) ? { reason: 'for a test' } : undefined,
    },
    pace: { reserve: async () => [], rateCuts: async () => 0, slowDown: async () => {} },
    place: { slot: async () => ({ atMs: clock.now(), rateCuts: 0 }), leave: () => {} },
    settings: { ...defaults.starter, ...given.settings },
    deadlineMs: clock.now() + leftMs,
    sentAtMs: clock.now(),
    receiveCount,
  }
}
