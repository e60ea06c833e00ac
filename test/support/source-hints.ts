import type { ServiceEvent } from '../../lib/contracts/service-event.ts'
import type { SourceHint } from '../../lib/contracts/source-hint.ts'
import type { DataZone } from '../../lib/ports/datazone.ts'
import type { Run } from '../../lib/run/run.ts'
import { handleEvents } from '../../lib/usecases/observe/handle-events.ts'
import type { FollowSettings } from '../../lib/usecases/observe/settle-source-hints.ts'
import { manualClock } from './manual-clock.ts'
import { memoryRunStore } from './memory-run-store.ts'
import { recordingBus, recordingQueue } from './recorders.ts'
import { minute, sourceSubject, t0 } from './runs.ts'
import { answered, scriptedDataZone, sourceRun } from './scripted-datazone.ts'
import { defaults } from './starter-world.ts'

export const hint = (over: Partial<SourceHint> = {}): SourceHint => ({
  domainId: sourceSubject.domainId,
  phase: 'ENDED',
  runId: 'run-1',
  dataSourceId: sourceSubject.dataSourceId,
  projectId: 'project-1',
  eventId: 'event-1',
  happenedAtMs: t0,
  ...over,
})

export const triggered = (over: Partial<SourceHint> = {}) => hint({ phase: 'TRIGGERED', ...over })

export const showingSourceRun = (nativeStatus: string, more: object = {}): Partial<DataZone> => ({
  getSourceRun: async (_domainId, runId) => answered(sourceRun({ runId, nativeStatus, ...more })),
})

export const statistics = { added: 2, updated: 5 }

/** Opens an observer that runs a minute after `t0`. */
export const observerWorld = (
  runs: readonly Run[],
  script: Partial<DataZone>,
  following: Partial<FollowSettings> = {},
) => {
  const store = memoryRunStore(...runs)
  const datazone = scriptedDataZone(script)
  const bus = recordingBus()
  const clock = manualClock(t0 + minute)
  const handleAll = (...events: readonly ServiceEvent[]) =>
    handleEvents(events, {
      store,
      datazone,
      bus,
      queue: recordingQueue(),
      clock,
      settings: defaults.observer,
      following: { ...defaults.observer.following, ...following },
      deadlineMs: clock.now() + minute,
    })
  const handle = (...hints: readonly SourceHint[]) =>
    handleAll(...hints.map((one) => ({ kind: 'source-hint' as const, hint: one })))
  return { store, datazone, bus, clock, handle, handleAll }
}

export const fatesOf = ({ hints }: { hints: readonly { address: string; fate: string }[] }) =>
  hints.map(({ address, fate }) => `${address} ${fate}`)
