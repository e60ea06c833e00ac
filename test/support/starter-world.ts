import policyFile from '../../config/policy.json' with { type: 'json' }
import { readConfig } from '../../lib/config.ts'
import type { RunRequest } from '../../lib/contracts/run-request.ts'
import type { DataZone } from '../../lib/ports/datazone.ts'
import type { RunStore } from '../../lib/ports/run-store.ts'
import type { Breaker } from '../../lib/run/breaker.ts'
import { runKey, targetOf } from '../../lib/run/identity.ts'
import type { Run } from '../../lib/run/run.ts'
import { breakerGates } from '../../lib/usecases/start/breaker-gate.ts'
import { handleMessage } from '../../lib/usecases/start/handle-message.ts'
import type { StarterSettings } from '../../lib/usecases/start/start-context.ts'
import { manualClock } from './manual-clock.ts'
import { memoryBreakers } from './memory-breakers.ts'
import { memoryRunStore } from './memory-run-store.ts'
import { memorySkipLog } from './memory-skip-log.ts'
import { recordingBus, recordingQueue } from './recorders.ts'
import { minute, second } from './runs.ts'
import { answered, scriptedDataZone, serviceRun, sourceRun } from './scripted-datazone.ts'

/** The settings of a deployment that changes none. */
export const defaults = readConfig(
  {
    TABLE_NAME: 'runs',
    REQUEST_QUEUE_URL: 'requests',
    REJECTED_QUEUE_URL: 'rejected',
    HINT_QUEUE_URL: 'hints',
    EVENT_BUS_NAME: 'bus',
    MODE: 'run',
    DEFAULT_TYPES: 'BUSINESS_DESCRIPTIONS',
    START_RATE_PER_SECOND: '9.8',
  },
  policyFile,
)

const releaseMessageOf = (run: Run) => ({
  release: 1,
  ...targetOf(run.subject),
  record: runKey(run).record,
})

/** A starter between fakes: every Start is answered with `run-1` unless the script says otherwise. */
export const starterWorld = (
  options: {
    readonly script?: Partial<DataZone>
    readonly runs?: readonly Run[]
    readonly breakers?: readonly Breaker[]
    readonly settings?: Partial<StarterSettings>
    /** A table to use instead of the one in memory. */
    readonly table?: RunStore
    /** The name of every project; DataZone shows none, unless this is given. */
    readonly projectName?: string
    /** When messages were put on the queue; now, unless this says so. */
    readonly sentAtMs?: number
    /** SQS's SenderId of every message. */
    readonly senderId?: string
    /** From now to the slot that the pace hands out, in ms. */
    readonly slotInMs?: number
    /** From then to the slot that is handed out for one that became void, in ms. */
    readonly nextSlotInMs?: number
  } = {},
) => {
  const clock = manualClock()
  const store = memoryRunStore(...(options.runs ?? []))
  const bus = recordingBus()
  const queue = recordingQueue()
  const datazone = scriptedDataZone({
    startRun: async () => answered(serviceRun()),
    startSourceRun: async () => answered(sourceRun()),
    ...options.script,
  })
  const breakers = memoryBreakers(...(options.breakers ?? []))
  const gates = breakerGates(breakers, clock, {
    firstMs: minute,
    maxMs: 15 * minute,
    leaseMs: minute,
    quotaProbeMs: 240 * minute,
  })
  const slowDowns: number[] = []
  let rateCuts = 0
  const pace = {
    reserve: async () => [{ atMs: clock.now() + (options.nextSlotInMs ?? 0), rateCuts }],
    rateCuts: async () => rateCuts,
    slowDown: async (nowMs: number) => {
      slowDowns.push(nowMs)
    },
  }

  const pauses = new Set<string>()
  const skips = memorySkipLog()
  const switches = {
    pauseOf: async (domainId: string, projectId: string) =>
      pauses.has(domainId) || pauses.has(projectId) ? { reason: 'for a test' } : undefined,
  }

  const handle = async (body: object | string, receiveCount = 1) => {
    const gate = gates()
    const { outcomes } = await handleMessage(typeof body === 'string' ? body : JSON.stringify(body), {
      store: options.table ?? store,
      bus,
      queue,
      datazone,
      pace,
      breakers,
      gate,
      switches,
      skips,
      projectNames: { nameOf: async () => options.projectName },
      clock,
      settings: { ...defaults.starter, ...options.settings },
      place: {
        slot: async () => ({ atMs: clock.now() + (options.slotInMs ?? 0), rateCuts: rateCuts }),
        leave: () => {},
      },
      deadlineMs: clock.now() + 27 * second,
      sentAtMs: options.sentAtMs ?? clock.now(),
      receiveCount,
      ...(options.senderId === undefined ? {} : { senderId: options.senderId }),
    })
    await gate.leave()
    return outcomes
  }

  return {
    clock,
    store,
    bus,
    queue,
    datazone,
    slowDowns,
    skips,
    breakers,
    /** A Start was throttled: slots handed out before are void. */
    cutRate: () => {
      rateCuts += 1
    },
    /** Domains and projects that are paused. */
    pauses,
    /** From a queue body to the outcomes. */
    handle,
    /** The same in words. */
    outcomes: async (body: RunRequest | object | string, receiveCount = 1) =>
      (await handle(body, receiveCount)).map(({ outcome }) => outcome),
    /** The sweep's note about a record; one that waits is marked as released, as the sweep does first. */
    releaseMessageFor: (run: Run) => {
      const current = store.current(run)
      if (current?.state === 'PARKED') store.put({ ...current, releasedAtMs: clock.now() })
      return releaseMessageOf(run)
    },
    /** The sweep's note about a record, without the mark: one that comes late, or twice. */
    lateReleaseMessageFor: releaseMessageOf,
  }
}
