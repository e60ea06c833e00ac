import { requestHandler, type Telemetry } from '../../functions/request-handler.ts'
import { sweepHandler } from '../../functions/sweep-handler.ts'
import { readConfig } from '../../lib/config.ts'
import type { StarterPorts } from '../../lib/usecases/starter-tools.ts'
import type { VirtualTime } from './ports/clock.ts'
import type { Process } from './ports/process.ts'
import type { SimulatedQueue } from './ports/queue.ts'
import type { Random } from './ports/random.ts'
import type { Profile } from './profile.ts'
import { sourceRunsPerDay } from './program.ts'
import type { Sabotage } from './sabotage.ts'

const silent: Telemetry = { info: () => {}, warn: () => {}, error: () => {}, count: () => {} }

const starterTimeoutMs = 30_000
const pollerTimeoutMs = 55_000
const periodMs = 60_000
const maximumConcurrency = 3
const batchSize = 10

const configFor = (mode: 'off' | 'plan' | 'run') =>
  readConfig({
    TABLE_NAME: 'runs',
    REQUEST_QUEUE_URL: 'requests',
    REJECTED_QUEUE_URL: 'rejected',
    EVENT_BUS_NAME: 'bus',
    MODE: mode,
    DEFAULT_TYPES: 'BUSINESS_DESCRIPTIONS',
    START_RATE_PER_SECOND: '9.8',
    // Short enough to come about within the time that a seed is given to settle.
    RUN_DEADLINE_SECONDS: '1800',
    MAX_WAIT_SECONDS: '5400',
    DATA_SOURCE_RUNS_PER_DAY: String(sourceRunsPerDay),
  })

const configs = { off: configFor('off'), plan: configFor('plan'), run: configFor('run') }

/** Lambda, its event source and its schedule, over processes that may die anywhere. */
export interface Environment {
  deploy(mode: 'off' | 'plan' | 'run'): void
  /** Something was put on the queue. */
  wake(): void
  /** No more ticks that are late, doubled or overlapping. */
  calm(): void
}

/** Starts polling the queue and sweeping each minute. */
export const startEnvironment = (options: {
  readonly time: VirtualTime
  readonly random: Random
  readonly profile: Profile
  readonly requests: SimulatedQueue
  readonly process: (name: string) => Process
  readonly portsFor: (process: Process) => StarterPorts
  readonly sabotage: Sabotage | undefined
  /** Takes down a fault by its kind. */
  readonly count: (kind: string) => void
}): Environment => {
  const { time, random, profile, requests, sabotage } = options
  let config = configs.run
  let calm = false
  let running = 0
  let invocations = 0
  let pollAtMs = Number.POSITIVE_INFINITY

  const settings = () => {
    const starter = sabotage?.settings?.(config.starter) ?? config.starter
    return { starter, sweeper: config.sweeper }
  }

  /** An invocation in an environment of its own, which its time-out ends. */
  const invoke = async <T>(
    name: string,
    timeoutMs: number,
    handle: (ports: StarterPorts, context: { readonly getRemainingTimeInMillis: () => number }) => Promise<T>,
  ): Promise<T | undefined> => {
    invocations += 1
    const process = options.process(`${name}-${invocations}`)
    const endsAtMs = time.now() + timeoutMs
    let over = false
    time.at(endsAtMs, () => {
      if (!over) process.kill('timed out')
    })
    const context = { getRemainingTimeInMillis: () => endsAtMs - time.now() }
    const result = await process.work(() => handle(options.portsFor(process), context))
    over = true
    return result.outcome === 'returned' ? result.value : undefined
  }

  const deliver = async () => {
    const messages = requests.receive(batchSize)
    if (messages.length === 0) return
    if (sabotage?.acknowledgesFirst === true)
      for (const { receiptHandle } of messages) requests.delete(receiptHandle)
    running += 1
    const event = {
      Records: messages.map((message) => ({
        messageId: message.messageId,
        receiptHandle: message.receiptHandle,
        body: message.body,
        attributes: {
          ApproximateReceiveCount: String(message.receiveCount),
          SentTimestamp: String(message.sentAtMs),
          SenderId: 'simulation',
          ApproximateFirstReceiveTimestamp: String(time.now()),
        },
        messageAttributes: {},
        md5OfBody: '',
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:requests',
        awsRegion: 'us-east-1',
      })),
    }
    const response = await invoke('starter', starterTimeoutMs, (ports, context) =>
      requestHandler({ settings: settings().starter, ports, telemetry: silent })(event, context),
    )
    running -= 1
    if (response !== undefined) {
      const failed = new Set(response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
      for (const { messageId, receiptHandle } of messages) {
        if (!failed.has(messageId)) requests.delete(receiptHandle)
      }
    }
    wake()
  }

  /** Looks at the queue when something on it is, or becomes, visible. */
  const wake = () => {
    const nextMs = requests.nextVisibleAtMs()
    if (nextMs === undefined || running >= maximumConcurrency) return
    const atMs = Math.max(time.now() + 50, nextMs)
    if (atMs >= pollAtMs && pollAtMs > time.now()) return
    pollAtMs = atMs
    time.at(atMs, () => {
      if (pollAtMs === atMs) pollAtMs = Number.POSITIVE_INFINITY
      if (running >= maximumConcurrency) return
      void deliver()
      wake()
    })
  }

  const sweep = () =>
    void invoke('poller', pollerTimeoutMs, (ports, context) =>
      sweepHandler({ tools: { ...ports, settings: settings().sweeper }, telemetry: silent })({}, context),
    )

  const tick = (atMs: number) => {
    const lateMs = calm ? 0 : random.whole(0, profile.tickLateMs)
    time.at(atMs + lateMs, () => {
      sweep()
      if (lateMs > 0) options.count('sweep late')
      if (calm || !random.chance(profile.tickTwice)) return
      options.count('sweep twice')
      time.at(time.now() + random.whole(0, 2_000), sweep)
    })
    time.at(atMs + periodMs, () => tick(atMs + periodMs))
  }
  tick(time.now() + random.whole(0, periodMs))

  return {
    deploy: (mode) => {
      config = configs[mode]
    },
    wake,
    calm: () => {
      calm = true
    },
  }
}
