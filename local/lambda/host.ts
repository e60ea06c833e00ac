import { randomUUID } from 'node:crypto'
import type { OnServiceMetric } from '../service-metric.ts'
import type { FunctionPlan } from '../template/functions.ts'
import { findBundle } from './bundle.ts'
import { type ExecutionEnvironment, type InvokeOutcome, startEnvironment } from './environment.ts'

/** Runs functions in execution environments and reuses warm ones. */
export interface LambdaHost {
  /** Invokes a function by its logical id. Failures are outcomes; the promise does not reject. */
  invoke(functionId: string, event: unknown): Promise<InvokeOutcome>
  /** Kills an execution environment, even in the middle of an invocation. Does nothing when it has already exited. */
  terminate(environmentId: string): Promise<void>
  /** Kills every execution environment and returns how many there were. The next invocations start new environments. */
  terminateAll(): Promise<number>
  /** Returns the number of invocations in progress, of one function or of all. */
  running(functionId?: string): number
  /** Kills every execution environment and starts no others. Invocations in progress end with an error. */
  stop(): Promise<void>
}

interface HostedFunction {
  readonly plan: FunctionPlan
  readonly bundle: string
  readonly idle: ExecutionEnvironment[]
  running: number
}

/**
 * Creates a host for the functions of a stack. Execution environments start on demand. Throws Error for a missing
 * bundle.
 */
export function lambdaHost(options: {
  readonly functions: readonly FunctionPlan[]
  readonly directory: string
  /** Returns every environment variable of a new execution environment. */
  readonly env: (plan: FunctionPlan, environmentId: string) => Record<string, string>
  readonly log: (line: string, source: string) => void
  /** Receives the metrics Invocations and Errors of each invocation. */
  readonly onMetric?: OnServiceMetric | undefined
}): LambdaHost {
  const hosted = new Map<string, HostedFunction>(
    options.functions.map((plan) => [
      plan.logicalId,
      { plan, bundle: findBundle(plan, options.directory), idle: [], running: 0 },
    ]),
  )
  const environments = new Map<string, ExecutionEnvironment>()
  let started = 0
  let stopped = false

  const start = ({ plan, bundle }: HostedFunction): ExecutionEnvironment => {
    started += 1
    const id = `env-${started}`
    const environment = startEnvironment({
      id,
      setup: {
        bundle,
        exportName: plan.exportName,
        functionName: plan.name,
        functionArn: plan.arn,
        memoryMb: plan.memoryMb,
      },
      env: options.env(plan, id),
      log: (line) => options.log(line, `${plan.logicalId} ${id}`),
    })
    environments.set(id, environment)
    return environment
  }
  const measure = ({ name }: FunctionPlan, { outcome }: InvokeOutcome): void => {
    const measured = { namespace: 'AWS/Lambda', dimensions: { FunctionName: name } } as const
    options.onMetric?.({ ...measured, name: 'Invocations', value: 1 })
    options.onMetric?.({ ...measured, name: 'Errors', value: outcome === 'ok' ? 0 : 1 })
  }
  const warmOrNew = (target: HostedFunction): ExecutionEnvironment => {
    const warm = target.idle.pop()
    if (warm === undefined) return start(target)
    if (warm.isAlive()) return warm
    environments.delete(warm.id)
    return warmOrNew(target)
  }
  const run = async (target: HostedFunction, event: unknown): Promise<InvokeOutcome> => {
    const environment = warmOrNew(target)
    const outcome = await environment.invoke(
      randomUUID(),
      JSON.stringify(event ?? null),
      target.plan.timeoutMs,
    )
    if (outcome.outcome === 'error')
      options.log(outcome.message, `${target.plan.logicalId} ${environment.id}`)
    measure(target.plan, outcome)
    if (environment.isAlive()) target.idle.push(environment)
    else environments.delete(environment.id)
    return outcome
  }
  return {
    invoke: async (functionId, event) => {
      const target = hosted.get(functionId)
      if (target === undefined)
        throw new Error(`The stack has no function ${functionId}; it has ${[...hosted.keys()].join(', ')}`)
      if (stopped) return { outcome: 'error', type: 'Stopped', message: 'The local stack has stopped' }
      if (target.running >= (target.plan.reservedConcurrency ?? Number.POSITIVE_INFINITY))
        return { outcome: 'throttled' }
      target.running += 1
      try {
        return await run(target, event)
      } finally {
        target.running -= 1
      }
    },
    terminate: async (environmentId) => environments.get(environmentId)?.terminate(),
    terminateAll: async () => {
      const killed = [...environments.values()].filter(({ isAlive }) => isAlive())
      await Promise.all(killed.map((environment) => environment.terminate()))
      return killed.length
    },
    running: (functionId) =>
      [...hosted.values()]
        .filter(({ plan }) => functionId === undefined || plan.logicalId === functionId)
        .reduce((sum, { running }) => sum + running, 0),
    stop: async () => {
      stopped = true
      await Promise.all([...environments.values()].map((environment) => environment.terminate()))
      environments.clear()
    },
  }
}
