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

/** The settings of a deployment with the default parameters, in mode run. */
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

/** Opens a starter with fake ports. DataZone answers every Start with `run-1`, unless the script has another answer. */
export const starterWorld = (
  options: {
    readonly script?: Partial<DataZone>
    readonly runs?: readonly Run[]
    readonly breakers?: readonly Breaker[]
    readonly settings?: Partial<StarterSettings>
    /** A table to use instead of the one in memory. */
    readonly table?: RunStore
    /** The name of every project. Default: DataZone shows no name. */
    readonly projectName?: string
    /** When messages were put on the queue. Default: now. */
    readonly sentAtMs?: number
    /** The SenderId that SQS sets on every message. */
    readonly senderId?: string
    /** How far ahead the slot of the request is, in ms. */
    readonly slotInMs?: number
    /** How far ahead the slot is that replaces a void one, in ms. */
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
    /** Cuts the rate, as throttled Starts do: slots that were handed out before are void. */
    cutRate: () => {
      rateCuts += 1
    },
    /** The ids of paused domains and projects. */
    pauses,
    /** Handles a queue body and returns the results. */
    handle,
    /** Handles a queue body and returns the outcome of each result. */
    outcomes: async (body: RunRequest | object | string, receiveCount = 1) =>
      (await handle(body, receiveCount)).map(({ outcome }) => outcome),
    /** Returns the release message for a record. Marks a parked record as released first, as the sweep does. */
    releaseMessageFor: (run: Run) => {
      const current = store.current(run)
      if (current?.state === 'PARKED') store.put({ ...current, releasedAtMs: clock.now() })
      return releaseMessageOf(run)
    },
    /** Returns the release message for a record without marking it, as one that arrives late or twice. */
    lateReleaseMessageFor: releaseMessageOf,
  }
}
