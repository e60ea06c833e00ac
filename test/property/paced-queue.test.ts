import type { SQSRecord } from 'aws-lambda'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import policyFile from '../../config/policy.json' with { type: 'json' }
import { starterHandler } from '../../functions/starter-handler.ts'
import { readConfig } from '../../lib/config.ts'
import type { Clock } from '../../lib/ports/clock.ts'
import type { RequestQueue } from '../../lib/ports/request-queue.ts'
import type { StartPace } from '../../lib/ports/start-pace.ts'
import { type Pace, reserveSlots } from '../../lib/run/pace.ts'
import { sweepRuns } from '../../lib/usecases/sweep/sweep-runs.ts'
import { virtualTime } from '../simulation/ports/clock.ts'
import { seededRandom } from '../simulation/ports/random.ts'
import { fixedPolicy } from '../support/fixed-policy.ts'
import { memoryBreakers } from '../support/memory-breakers.ts'
import { memoryRunStore } from '../support/memory-run-store.ts'
import { memorySkipLog } from '../support/memory-skip-log.ts'
import { runRequest } from '../support/messages.ts'
import { recordingBus, recordingQueue } from '../support/recorders.ts'
import { minute, second, t0 } from '../support/runs.ts'
import { answered, scriptedDataZone, serviceRun } from '../support/scripted-datazone.ts'
import { sqsRecord } from '../support/sqs-record.ts'

interface Message {
  readonly body: string
  readonly sentAtMs: number
  readonly receives: number
}

const starters = 5
const batchSize = 10
const maxReceives = 5
const timeoutMs = 30 * second
const visibilityTimeoutSeconds = 180

const configAt = (startsPerSecond: number) =>
  readConfig(
    {
      TABLE_NAME: 'runs',
      REQUEST_QUEUE_URL: 'requests',
      REJECTED_QUEUE_URL: 'rejected',
      HINT_QUEUE_URL: 'hints',
      EVENT_BUS_NAME: 'bus',
      MODE: 'run',
      DEFAULT_TYPES: 'BUSINESS_NAMES',
      START_RATE_PER_SECOND: String(startsPerSecond),
    },
    policyFile,
  )

const recordOf = (message: Message, index: number): SQSRecord =>
  sqsRecord(String(index), message.body, message.receives, message.sentAtMs)

/** The virtual clock counts whole milliseconds, and slots lie between them. */
const wholeMs = 1

const quiet = { info() {}, warn() {}, error() {}, count() {} }

/**
 * Sends `requests` at once and lets them start at a pace of `startsPerSecond`: five starters receive batches of ten as
 * the packaged function does, and a sweep each minute releases parked requests. Calls take no time, and every run has
 * ended by its first read.
 */
const backlog = async (startsPerSecond: number, requests: number, forMs: number) => {
  const config = configAt(startsPerSecond)
  const time = virtualTime(t0, seededRandom('backlog'))
  const clock: Clock = {
    now: time.now,
    sleepUntil: (atMs) => new Promise((resolve) => time.at(atMs, resolve)),
    random: () => 0.5,
  }
  const store = memoryRunStore()
  const bus = recordingBus()
  const onQueue: Message[] = []
  const startedAtMs: number[] = []
  let dead = 0
  let pace: Pace = { nextSlotMs: 0 }
  const sharedPace: StartPace = {
    reserve: async (count, nowMs, latestMs) => {
      const taken = reserveSlots(pace, { count, latestMs }, nowMs, startsPerSecond)
      pace = taken.pace
      return taken.slots
    },
    rateCuts: async () => 0,
    slowDown: async () => {},
  }
  const succeeded = (runId: string) => serviceRun({ runId, nativeStatus: 'SUCCEEDED' })
  const breakers = memoryBreakers()
  const switches = { pauseOf: async () => undefined }
  const datazone = scriptedDataZone({
    startRun: async ({ assetId }) => {
      startedAtMs.push(time.now())
      return answered(serviceRun({ runId: assetId, createdAtMs: time.now() }))
    },
    getRun: async (_domainId, runId) => answered(succeeded(runId)),
    listRuns: async (_domainId, { status }) => {
      const inFlight = store.all().flatMap((run) => (run.state === 'IN_FLIGHT' ? [succeeded(run.runId)] : []))
      return answered({ runs: status === 'SUCCEEDED' ? inFlight : [] })
    },
  })

  const send = (body: object, afterSeconds: number) => {
    const message: Message = { body: JSON.stringify(body), sentAtMs: time.now(), receives: 0 }
    time.at(time.now() + afterSeconds * second, () => onQueue.push(message))
  }

  const invoke = async (batch: readonly Message[]): Promise<void> => {
    const waits = new Map<string, number>()
    const queue: RequestQueue = {
      ...recordingQueue(),
      postpone: async (receiptHandle, afterSeconds) => {
        waits.set(receiptHandle, afterSeconds)
      },
    }
    const received = batch.map((message) => ({ ...message, receives: message.receives + 1 }))
    const ports = {
      clock,
      store,
      bus,
      queue,
      datazone,
      breakers,
      switches,
      skips: memorySkipLog(),
      pace: sharedPace,
    }
    const handler = starterHandler({
      settings: config.starter,
      ports,
      policies: fixedPolicy(config.starter.policy),
      telemetry: quiet,
    })
    const timeOutAtMs = time.now() + timeoutMs
    const { batchItemFailures } = await handler(
      { Records: received.map(recordOf) },
      { getRemainingTimeInMillis: () => timeOutAtMs - time.now() },
    )
    expect(time.now()).toBeLessThan(timeOutAtMs)
    for (const { itemIdentifier } of batchItemFailures) {
      const message = received[Number(itemIdentifier)]
      if (message === undefined) continue
      if (message.receives >= maxReceives) dead += 1
      else {
        const afterSeconds = waits.get(`handle-${itemIdentifier}`) ?? visibilityTimeoutSeconds
        time.at(time.now() + afterSeconds * second, () => onQueue.push(message))
      }
    }
  }

  const starter = async (): Promise<void> => {
    const batch = onQueue.splice(0, batchSize)
    if (batch.length > 0) await invoke(batch)
    time.at(time.now() + second, () => void starter())
  }

  const sweep = async (): Promise<void> => {
    const queue = recordingQueue()
    const deadlineMs = time.now() + 47 * second
    const ports = { store, bus, queue, clock, datazone, breakers, switches }
    await sweepRuns({ ...ports, settings: config.sweeper, deadlineMs })
    for (const { release, delaySeconds } of queue.released) send(release, delaySeconds)
    time.at(time.now() + config.sweeper.periodMs, () => void sweep())
  }

  for (let n = 0; n < requests; n += 1) {
    send(runRequest({ requestId: `r${n}`, asset: { id: `a${n}`, revision: '4' } }), 0)
  }
  for (let n = 0; n < starters; n += 1) time.at(t0, () => void starter())
  time.at(t0 + minute, () => void sweep())
  await time.run(t0 + forMs)
  return { startedAtMs: startedAtMs.toSorted((left, right) => left - right), dead }
}

/** Returns twice the time of the Starts alone, because releases get half of the slots, plus a few sweeps. */
const expectedMs = (startsPerSecond: number, requests: number) =>
  (requests / startsPerSecond) * 2 * second + 4 * minute

test.each([
  [0.2, 60],
  [1, 300],
  [2, 500],
])(
  'P7, P9: starts, at %d a second, all of %d concurrent requests in the expected time',
  async (rate, requests) => {
    const { startedAtMs, dead } = await backlog(rate, requests, expectedMs(rate, requests))
    expect(startedAtMs).toHaveLength(requests)
    expect(dead).toBe(0)
  },
)

test('P7, P9: starts any backlog at any rate in the expected time, and never faster than the rate', async () => {
  const rates = fc.double({ min: 0.2, max: 20, noNaN: true })
  await fc.assert(
    fc.asyncProperty(rates, fc.integer({ min: 1, max: 150 }), async (rate, requests) => {
      const { startedAtMs, dead } = await backlog(rate, requests, expectedMs(rate, requests))
      expect(startedAtMs).toHaveLength(requests)
      expect(dead).toBe(0)
      for (const [index, atMs] of startedAtMs.slice(1).entries()) {
        expect(atMs - (startedAtMs[index] ?? 0)).toBeGreaterThanOrEqual(1000 / rate - wholeMs)
      }
    }),
    { numRuns: 15 },
  )
})
