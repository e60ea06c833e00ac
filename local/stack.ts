import { randomBytes } from 'node:crypto'
import { type Activity, queueDepth } from './activity.ts'
import { type Closers, closers } from './closers.ts'
import { functionEnv } from './lambda/function-env.ts'
import { type LambdaHost, lambdaHost } from './lambda/host.ts'
import { connection, type OpenServers, openServers } from './open-servers.ts'
import { tapRules } from './servers/tap-rules.ts'
import { localAccountId, queueUrlAt } from './sqs/server.ts'
import type { Stack, StackOptions } from './stack-api.ts'
import { startWorkload, type Workload } from './workload.ts'

export type { Stack, StackOptions } from './stack-api.ts'

/** Brings up a packaged template on this machine. If a step fails, stops whatever had started. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const opened = closers()
  try {
    return await start(options, opened)
  } catch (error) {
    await opened.close()
    throw error
  }
}

async function start(options: StackOptions, opened: Closers): Promise<Stack> {
  const { region = 'us-east-1', speed = 1, settings = {}, directory, log = () => {} } = options
  const stackName = options.stackName ?? `local-${randomBytes(3).toString('hex')}`
  const identity = { region, accountId: localAccountId, stackName }
  const logStack = (line: string) => log(line, 'stack')

  let host: LambdaHost | undefined
  const taps = tapRules(async (environmentId) => host?.terminate(environmentId))
  // Pollers get the signal to stop first, but an open long poll ends only when the SQS server closes.
  let drained: Promise<unknown> | undefined
  opened.add(async () => drained)

  const servers = await openServers(options, identity, opened, taps.hook, logStack)
  const { plan, endpoints, seen: seenEndpoints, sqs, bus } = servers
  const functions = lambdaHost({
    functions: plan.functions,
    directory,
    env: (plan, environmentId) =>
      functionEnv(plan, { region, endpoints: seenEndpoints, settings, taskRoot: directory, environmentId }),
    log,
  })
  host = functions
  opened.add(functions.stop)
  const origin = { region, account: localAccountId }
  const schedules = options.schedules ?? true
  const { batchingSeconds = {} } = options
  const workload = startWorkload(plan, {
    host: functions,
    sqs,
    origin,
    speed,
    batchingSeconds,
    schedules,
    log: logStack,
  })
  opened.add(async () => {
    drained = workload.drain()
  })

  return {
    region,
    accountId: localAccountId,
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
    archive: (name) => bus.archive(plan.buses[name] ?? name),
    publishServiceEvent: bus.publishServiceEvent,
    failNextEvents: bus.failNext,
    setEventFault: bus.setFault,
    invoke: functions.invoke,
    sweepNow: async () => workload.fire(only(plan.schedules, 'schedule')),
    misfires: workload.misfires,
    activity: () => activity(servers, functions, workload),
    tap: (rule) => {
      if (options.taps !== true) throw new Error('This stack has no taps: start it with taps: true')
      return taps.add(rule)
    },
    stop: opened.close,
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
  throw new Error(`Expected one ${noun} in the template and found ${items.length}`)
}
