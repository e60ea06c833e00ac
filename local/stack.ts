import { type Activity, queueDepth } from './activity.ts'
import { type Closers, openTogether } from './closers.ts'
import { accountId } from './datazone/world/account.ts'
import { functionEnv } from './lambda/function-env.ts'
import { type LambdaHost, lambdaHost } from './lambda/host.ts'
import { connection, type OpenServers, openServers } from './open-servers.ts'
import { type TapRules, tapRules } from './servers/tap-rules.ts'
import { queueUrlAt } from './sqs/server.ts'
import type { Stack, StackOptions } from './stack-api.ts'
import { defaultStackName } from './stack-name.ts'
import { startWorkload, type Workload } from './workload.ts'

export type { Stack, StackOptions } from './stack-api.ts'

/**
 * Starts the stack of a packaged template on this machine. When a step fails, stops the parts that had started and
 * rethrows.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  return openTogether((opened) => start(options, opened))
}

async function start(options: StackOptions, opened: Closers): Promise<Stack> {
  const { region = 'us-east-1', log = () => {} } = options
  const { stackName = defaultStackName() } = options
  const logStack = (line: string) => log(line, 'stack')
  let host: LambdaHost | undefined
  const taps = tapRules(async (environmentId) => host?.terminate(environmentId))
  // Pollers are signaled to stop first, but a long poll in progress ends only when the SQS server closes.
  let drained: Promise<unknown> | undefined
  opened.add(async () => drained)

  const servers = await openServers({
    options,
    identity: { region, accountId, stackName },
    opened,
    hook: taps.hook,
    log: logStack,
    invoke: (functionArn, event) => {
      const target = servers.plan.functions.find(({ arn }) => arn === functionArn)
      return target && invokeOrThrow(host, target.logicalId, event)
    },
  })
  host = startHost(options, servers, region)
  opened.add(host.stop)
  const workload = startWorkload(servers.plan, {
    host,
    sqs: servers.sqs,
    origin: { region, account: accountId },
    speed: options.speed ?? 1,
    batchingSeconds: options.batchingSeconds ?? {},
    schedules: options.schedules ?? true,
    log: logStack,
  })
  opened.add(async () => {
    drained = workload.drain()
  })
  return stackOf({ options, servers, host, workload, taps, region, stop: opened.close })
}

/** Starts the host of the functions, which call the servers through the taps. */
function startHost(
  options: StackOptions,
  { plan, functionEndpoints }: OpenServers,
  region: string,
): LambdaHost {
  const { settings = {}, directory, log = () => {}, onMetric } = options
  return lambdaHost({
    functions: plan.functions,
    directory,
    env: (of, environmentId) =>
      functionEnv(of, { region, endpoints: functionEndpoints, settings, taskRoot: directory, environmentId }),
    log,
    onMetric,
  })
}

async function invokeOrThrow(
  host: LambdaHost | undefined,
  functionId: string,
  event: unknown,
): Promise<void> {
  const result = await host?.invoke(functionId, event)
  if (result?.outcome === 'ok') return
  throw new Error(`${functionId}: ${result && 'message' in result ? result.message : result?.outcome}`)
}

interface StackParts {
  readonly options: StackOptions
  readonly servers: OpenServers
  readonly host: LambdaHost
  readonly workload: Workload
  readonly taps: TapRules
  readonly region: string
  readonly stop: () => Promise<void>
}

/** Returns the interface of a running stack. */
function stackOf({ options, servers, host, workload, taps, region, stop }: StackParts): Stack {
  const { plan, endpoints, bus } = servers
  return {
    region,
    accountId,
    endpoints,
    connect: (service) => connection(endpoints[service], region),
    queueUrls: Object.fromEntries(
      plan.queues.map(({ logicalId, name }) => [logicalId, queueUrlAt(endpoints.sqs)(name)]),
    ),
    tableNames: Object.fromEntries(plan.tables.map(({ logicalId, name }) => [logicalId, name])),
    get tableName() {
      return only(plan.tables, 'table').name
    },
    busNames: { default: 'default', ...plan.buses },
    notRun: plan.notRun,
    archive: (name) => bus.archive(plan.buses[name] ?? name),
    onEvent: bus.onEvent,
    published: servers.published,
    recordedDeliveries: servers.delivery.recorded,
    publishServiceEvent: bus.publishServiceEvent,
    failNextEvents: bus.failNext,
    setEventFault: bus.setFault,
    invoke: host.invoke,
    sweepNow: async () => workload.fire(only(plan.schedules, 'schedule')),
    killWorkers: host.terminateAll,
    misfires: workload.misfires,
    activity: () => activity(servers, host, workload),
    tap: (rule) => {
      if (options.taps !== true) throw new Error('This stack has no taps: start it with taps: true')
      return taps.add(rule)
    },
    stop,
  }
}

async function activity(
  { plan, sqs, bus }: OpenServers,
  host: LambdaHost,
  workload: Workload,
): Promise<Activity> {
  const depths = await Promise.all(
    plan.queues.map(async (queue) => [queue.logicalId, await queueDepth(sqs, queue)] as const),
  )
  const queues = Object.fromEntries(depths)
  const polled = plan.eventSources.map(({ queue }) => queues[queue.logicalId])
  const waiting = polled.reduce(
    (sum, depth) => sum + (depth ? depth.visible + depth.inFlight + depth.delayed : 0),
    0,
  )
  const counts = { invocations: host.running(), batches: workload.batches(), deliveries: bus.pending() }
  const idle = waiting + counts.invocations + counts.batches + counts.deliveries === 0
  return { idle, ...counts, queues }
}

function only<T>(items: readonly T[], noun: string): T {
  const [item, ...others] = items
  if (item !== undefined && others.length === 0) return item
  throw new Error(`The template has ${items.length} resources of kind ${noun}: expected one`)
}
