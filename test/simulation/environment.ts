import type { SQSEvent } from 'aws-lambda'
import { observerHandler } from '../../functions/observer-handler.ts'
import { pollerHandler } from '../../functions/poller-handler.ts'
import { starterHandler } from '../../functions/starter-handler.ts'
import type { Telemetry } from '../../functions/telemetry.ts'
import { readConfig } from '../../lib/config.ts'
import type { BackfillPlans } from '../../lib/ports/backfill-plans.ts'
import type { HintQueue } from '../../lib/ports/hint-queue.ts'
import type { StarterPorts } from '../../lib/usecases/start/start-context.ts'
import { fixedPolicy } from '../support/fixed-policy.ts'
import { memoryBackfillPlans } from '../support/memory-backfill-plans.ts'
import { deployed } from './deployed.ts'
import { startEventSource } from './event-source.ts'
import type { VirtualTime } from './ports/clock.ts'
import type { Process } from './ports/process.ts'
import type { SimulatedQueue } from './ports/queue.ts'
import type { Random } from './ports/random.ts'
import type { Profile } from './profile.ts'
import type { Sabotage } from './sabotage/sabotage.ts'
import { type Quiet, startSchedule } from './sweep-schedule.ts'

const silent: Telemetry = { info: () => {}, warn: () => {}, error: () => {}, count: () => {} }

const configFor = (mode: 'off' | 'plan' | 'run', policyFile: object, env: Readonly<Record<string, string>>) =>
  readConfig(
    {
      TABLE_NAME: 'runs',
      REQUEST_QUEUE_URL: 'requests',
      REJECTED_QUEUE_URL: 'rejected',
      HINT_QUEUE_URL: 'hints',
      EVENT_BUS_NAME: 'bus',
      MODE: mode,
      DEFAULT_TYPES: 'BUSINESS_DESCRIPTIONS',
      START_RATE_PER_SECOND: String(deployed.startRatePerSecond),
      ...env,
    },
    policyFile,
  )

/** Lambda with its event sources and its schedule. Each invocation is a process, which may crash at any call. */
export interface Environment {
  deploy(mode: 'off' | 'plan' | 'run'): void
  /** Deploys the guard for a table that was restored to this time, in ms since the epoch. */
  guardRestore(toMs: number): void
  /** Call after a message was sent to a queue. */
  wake(): void
  /** Call after a write to the table. */
  wakeSweep(): void
  /** From now on no sweep is late or repeated. */
  calm(): void
}

/** Starts polling the queues and sweeping each minute. */
export const startEnvironment = (options: {
  readonly time: VirtualTime
  readonly random: Random
  readonly profile: Profile
  readonly policyFile: object
  /** Settings that differ from the deployed ones. */
  readonly env?: Readonly<Record<string, string>>
  readonly requests: SimulatedQueue
  readonly hints: SimulatedQueue
  readonly hintsFor: (process: Process) => HintQueue
  readonly process: (name: string) => Process
  readonly portsFor: (process: Process) => StarterPorts
  readonly sabotage: Sabotage | undefined
  /** Counts a fault by its kind. */
  readonly count: (kind: string) => void
  /** Called after a sweep that ended in time and read every waiting record, with the time at which it began. */
  readonly swept?: (beganAtMs: number) => void
  /** The backfill plans that sweeps continue. Absent: none. */
  readonly backfills?: BackfillPlans
  /** Lets the schedule leave out sweeps that only repeat the one before. Absent: it sweeps each minute. */
  readonly quiet?: Quiet
}): Environment => {
  const { time, random, profile, requests, sabotage, policyFile, env = {} } = options
  let deployedEnv = env
  const configOf = (mode: 'off' | 'plan' | 'run') => configFor(mode, policyFile, deployedEnv)
  const backfills = options.backfills ?? memoryBackfillPlans()
  let config = configOf('run')
  let calm = false
  let invocations = 0

  const settings = () => {
    const starter = sabotage?.settings?.(config.starter) ?? config.starter
    const observer = sabotage?.observer?.(config.observer) ?? config.observer
    return { starter, sweeper: config.sweeper, observer }
  }

  /** Runs an invocation in a process of its own, which is killed at its timeout. */
  const invoke = async <T>(
    name: string,
    timeoutMs: number,
    handle: (
      ports: StarterPorts,
      context: { readonly getRemainingTimeInMillis: () => number },
      process: Process,
    ) => Promise<T>,
  ): Promise<T | undefined> => {
    invocations += 1
    const process = options.process(`${name}-${invocations}`)
    const endsAtMs = time.now() + timeoutMs
    let over = false
    time.at(endsAtMs, () => {
      if (!over) process.kill('timed out')
    })
    const context = { getRemainingTimeInMillis: () => endsAtMs - time.now() }
    const result = await process.work(() => handle(options.portsFor(process), context, process))
    over = true
    return result.outcome === 'returned' ? result.value : undefined
  }

  /** Returns the event as a sabotaged starter receives it. */
  const sabotagedEvent = (event: SQSEvent): SQSEvent => {
    const { message } = sabotage ?? {}
    if (message === undefined) return event
    return {
      Records: event.Records.flatMap((record) => {
        const body = message(record.body)
        return body === undefined ? [] : [{ ...record, body }]
      }),
    }
  }

  const starters = startEventSource({
    time,
    queue: requests,
    name: 'requests',
    batchSize: deployed.starter.batchSize,
    // The deployed window of a second only delays batches that are not full.
    windowMs: 0,
    maximumConcurrency: deployed.starter.maximumConcurrency,
    acknowledgesFirst: sabotage?.acknowledgesFirst === true,
    invoke: (event) =>
      invoke('starter', deployed.starter.timeoutMs, (ports, context) =>
        starterHandler({
          settings: settings().starter,
          ports,
          policies: fixedPolicy(settings().starter.policy),
          telemetry: silent,
        })(sabotagedEvent(event), context),
      ),
  })

  const observers = startEventSource({
    time,
    queue: options.hints,
    name: 'hints',
    batchSize: deployed.observer.batchSize,
    windowMs: deployed.observer.windowMs,
    maximumConcurrency: deployed.observer.maximumConcurrency,
    invoke: async (event) =>
      sabotage?.ignoresHints === true
        ? { batchItemFailures: [] }
        : invoke('observer', deployed.observer.timeoutMs, (ports, context, process) =>
            observerHandler({
              settings: settings().observer,
              policies: fixedPolicy({
                ...config.starter.policy,
                followDataSourceRuns: settings().observer.following.followDataSourceRuns,
              }),
              ports: { ...(sabotage?.observerPorts?.(ports) ?? ports), hints: options.hintsFor(process) },
              telemetry: silent,
            })(event, context),
          ),
  })

  const sweep = async () => {
    const beganAtMs = time.now()
    const report = await invoke('poller', deployed.poller.timeoutMs, (ports, context) =>
      pollerHandler({
        settings: settings().sweeper,
        ports: { ...(sabotage?.sweeper?.(ports) ?? ports), backfills },
        telemetry: silent,
      })({}, context),
    )
    const isWhole = report?.problems.every((problem) => !/^(waiting|holds|release):/.test(problem)) === true
    if (isWhole && report?.outOfTime === false) options.swept?.(beganAtMs)
  }

  const sweepSoon = () => {
    const lateMs = calm ? 0 : random.whole(0, profile.tickLateMs)
    time.at(time.now() + lateMs, () => {
      void sweep()
      if (lateMs > 0) options.count('late sweep')
      if (calm || !random.chance(profile.tickTwice)) return
      options.count('repeated sweep')
      time.at(time.now() + random.whole(0, 2_000), () => void sweep())
    })
  }
  const { periodMs } = deployed.poller
  const schedule = startSchedule({
    time,
    firstMs: time.now() + random.whole(0, periodMs),
    periodMs,
    isCalm: () => calm,
    quiet: options.quiet,
    sweep: sweepSoon,
  })

  return {
    deploy: (mode) => {
      config = configOf(mode)
    },
    guardRestore: (toMs) => {
      deployedEnv = { ...env, RESTORED_TO: new Date(toMs).toISOString() }
      config = configOf('run')
    },
    wake: () => {
      starters.wake()
      observers.wake()
    },
    wakeSweep: schedule.wake,
    calm: () => {
      calm = true
    },
  }
}
