import type { SQSClient } from '@aws-sdk/client-sqs'
import type { InvokeOutcome } from './lambda/environment.ts'
import { startEventSource } from './lambda/event-source.ts'
import type { LambdaHost } from './lambda/host.ts'
import { scheduleEvent } from './schedule-event.ts'
import { type Misfire, startSchedule } from './servers/scheduler.ts'
import type { StackPlan } from './template/plan.ts'
import type { SchedulePlan } from './template/schedules.ts'

/** The queue pollers and schedules that invoke the functions. */
export interface Workload {
  /** Returns the number of batches in progress. */
  batches(): number
  /** Fires a schedule now. */
  fire(schedule: SchedulePlan, scheduledAtMs?: number): Promise<InvokeOutcome>
  /** Returns the newest misfires of every schedule. */
  misfires(): readonly Misfire[]
  /** Stops polling and firing, and waits for the polls, batches and firings in progress. */
  drain(): Promise<void>
}

/** Starts every event source and, if `schedules` is true, every schedule. */
export function startWorkload(
  plan: StackPlan,
  options: {
    readonly host: LambdaHost
    readonly sqs: SQSClient
    readonly origin: { readonly region: string; readonly account: string }
    readonly speed: number
    readonly batchingSeconds: Readonly<Record<string, number>>
    readonly schedules: boolean
    readonly log: (line: string) => void
  },
): Workload {
  const { host, sqs, origin, speed, log } = options
  const fire = (schedule: SchedulePlan, scheduledAtMs = Date.now()) =>
    host.invoke(schedule.function.logicalId, scheduleEvent(schedule, scheduledAtMs, origin))
  const sources = plan.eventSources.map((source) => {
    const seconds = options.batchingSeconds[source.queue.logicalId]
    const windowMs = seconds === undefined ? source.windowMs : seconds * 1000
    const timed = { ...source, windowMs }
    return startEventSource({ plan: timed, sqs, region: origin.region, invoke: host.invoke, log })
  })
  const schedules = (options.schedules ? plan.schedules : []).map((schedule) =>
    startSchedule({
      periodMs: schedule.periodMs / speed,
      fire: async (scheduledAtMs) => {
        const result = await fire(schedule, scheduledAtMs)
        if (result.outcome !== 'ok') throw new Error('message' in result ? result.message : result.outcome)
      },
    }),
  )
  return {
    batches: () => sources.reduce((sum, source) => sum + source.inFlight(), 0),
    fire,
    misfires: () => schedules.flatMap((schedule) => schedule.misfires()),
    drain: async () => {
      await Promise.all([...sources, ...schedules].map((one) => one.stop()))
    },
  }
}
