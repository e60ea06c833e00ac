import type { Hint } from '../../lib/contracts/hint.ts'
import type { DataZone } from '../../lib/ports/datazone.ts'
import type { InFlightRun, Run } from '../../lib/run/run.ts'
import { type HandleEventsContext, handleEvents } from '../../lib/usecases/observe/handle-events.ts'
import { manualClock } from './manual-clock.ts'
import { memoryRunStore } from './memory-run-store.ts'
import { recordingBus, recordingQueue } from './recorders.ts'
import { inFlightRun, minute, subject, t0 } from './runs.ts'
import { answered, scriptedDataZone, serviceRun } from './scripted-datazone.ts'
import { defaults } from './starter-world.ts'

export const hint = (over: Partial<Hint> = {}): Hint => ({
  name: 'Metadata Generation Succeeded',
  domainId: subject.domainId,
  ids: ['run-1'],
  verdict: 'SUCCEEDED',
  ...over,
})

export const run = (n: number): InFlightRun =>
  inFlightRun({ runId: `run-${n}`, subject: { ...subject, assetId: `asset-${n}` } })

export type Statuses = Readonly<Record<string, string>>

export const dataZoneWith = (statuses: Statuses): Partial<DataZone> => ({
  getRun: async (_, runId) => answered(serviceRun({ runId, nativeStatus: statuses[runId] ?? 'IN_PROGRESS' })),
  listRuns: async (_, { status }) =>
    answered({
      runs: Object.entries(statuses)
        .filter(([, is]) => is === status)
        .map(([runId, nativeStatus]) => serviceRun({ runId, nativeStatus })),
    }),
})

/** Returns the context of an observer that runs a minute after `t0`, while DataZone shows `statuses`. */
export const observer = (
  statuses: Parameters<typeof dataZoneWith>[0],
  over: Partial<HandleEventsContext> = {},
): HandleEventsContext => ({
  store: memoryRunStore(),
  datazone: scriptedDataZone(dataZoneWith(statuses)),
  bus: recordingBus(),
  queue: recordingQueue(),
  clock: manualClock(t0 + minute),
  settings: defaults.observer,
  following: defaults.observer.following,
  deadlineMs: t0 + 2 * minute,
  ...over,
})

export const settle = async (hints: readonly Hint[], runs: readonly Run[], script: Partial<DataZone>) => {
  const store = memoryRunStore(...runs)
  const datazone = scriptedDataZone(script)
  const bus = recordingBus()
  const settings = defaults.observer
  const report = await settleHints(hints, observer({}, { store, datazone, bus, settings }))
  const announced = bus.events.map(({ detail }) => `${detail.data.runId} ${detail.data.status}`)
  return { ...report, store, calls: datazone.calls, announced: announced.toSorted() }
}

export const settleHints = (hints: readonly Hint[], context: HandleEventsContext) =>
  handleEvents(
    hints.map((one) => ({ kind: 'hint', hint: one })),
    context,
  )

export const fatesOf = ({ hints }: { hints: readonly { address: string; fate: string }[] }) =>
  hints.map(({ address, fate }) => `${address} ${fate}`)
