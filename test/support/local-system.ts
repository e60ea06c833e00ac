import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { type Closers, openTogether } from '../../local/closers.ts'
import { type DataZoneServerOptions, startDataZoneServer } from '../../local/datazone/http/server.ts'
import { packagedTemplate, type Template } from '../../local/package.ts'
import { startStack } from '../../local/stack.ts'
import type { StackOptions } from '../../local/stack-api.ts'
import { eventually } from './eventually.ts'
import { type LogLine, outsideView } from './outside-view.ts'
import { packagedWithPolicy } from './packaged-policy.ts'
import { catalogueOf, type TestAsset } from './requests.ts'

/**
 * Settings that shorten every wait to a few seconds or less. The three assumptions about DataZone keep their real
 * values: a test that shortens one must shorten it in the simulator, too.
 */
export const fastSettings = {
  LEASE_SECONDS: '2',
  START_TIMEOUT_SECONDS: '1',
  SWEEP_PERIOD_SECONDS: '1',
  MIN_AGE_SECONDS: '0.1',
  LOOK_AGAIN_SECONDS: '0.2',
  PARK_SECONDS: '0.5',
  NOT_FOUND_GRACE_SECONDS: '1',
  RELEASE_HOLD_SECONDS: '2',
  START_RATE_PER_SECOND: '50',
}

/** Makes runs last a fraction of a second, and the Start quota too high to matter. */
const fastDataZone = {
  seed: 1,
  medianMs: 250,
  sigma: 0.4,
  startBucket: 50,
  startRatePerSecond: 50,
} as const

/** Options of `openSystem`. */
export interface SystemOptions extends Pick<StackOptions, 'parameters' | 'taps' | 'settings' | 'onMetric'> {
  readonly assets: readonly TestAsset[]
  /** Ids of the data sources. */
  readonly dataSources?: readonly string[]
  /** Replaces config/policy.json. Packaging the service with it takes some seconds. */
  readonly policy?: object
  readonly datazone?: Partial<DataZoneServerOptions>
  readonly batch?: { readonly size: number; readonly windowSeconds: number }
  /** The visibility timeout of the request queue. Default: the template's, which is several minutes. */
  readonly visibilitySeconds?: number
}

const sweepEveryMs = 150

/** Returns the template with the batch size and window of a test. */
const withBatches = (template: Template, batch: SystemOptions['batch']): Template => {
  if (batch === undefined) return template
  const copy = structuredClone(template)
  for (const resource of Object.values(copy.Resources)) {
    if (resource.Type !== 'AWS::Lambda::EventSourceMapping') continue
    resource.Properties = {
      ...resource.Properties,
      BatchSize: batch.size,
      MaximumBatchingWindowInSeconds: batch.windowSeconds,
    }
  }
  return copy
}

/**
 * Starts the real bundles on the local stack with a simulated DataZone, in mode `run`. No schedule runs: the test
 * sweeps.
 */
export const openSystem = (options: SystemOptions) => openTogether((opened) => open(options, opened))
export type LocalSystem = Awaited<ReturnType<typeof openSystem>>

const open = async (options: SystemOptions, opened: Closers) => {
  const { policy } = options
  const { template, directory } = await (policy === undefined
    ? packagedTemplate()
    : packagedWithPolicy(policy))
  const datazone = await startDataZoneServer({ ...fastDataZone, ...options.datazone })
  opened.add(datazone.stop)
  const { control } = datazone.datazone
  control.loadCatalogue(catalogueOf(options.assets, options.dataSources))
  const lines: LogLine[] = []
  const { visibilitySeconds, settings = fastSettings } = options
  const stack = await startStack({
    template: withBatches(template, options.batch ?? { size: 10, windowSeconds: 0 }),
    directory,
    datazoneEndpoint: datazone.endpoint,
    parameters: { Mode: 'run', ...options.parameters },
    settings,
    schedules: false,
    taps: options.taps ?? false,
    ...(options.onMetric === undefined ? {} : { onMetric: options.onMetric }),
    ...(visibilitySeconds === undefined
      ? {}
      : { queueAttributes: { RequestQueue: { VisibilityTimeout: String(visibilitySeconds) } } }),
    log: (line, source) => lines.push({ line, source }),
  })
  opened.add(stack.stop)
  const sqs = new SQSClient(stack.connect('sqs'))
  const dynamodb = new DynamoDBClient(stack.connect('dynamodb'))
  opened.add(async () => sqs.destroy())
  opened.add(async () => dynamodb.destroy())

  const view = outsideView({ stack, control, sqs, dynamodb, lines })
  let nextSweepAtMs = 0
  const sweepSometimes = async () => {
    if (Date.now() < nextSweepAtMs) return
    await stack.sweepNow()
    nextSweepAtMs = Date.now() + sweepEveryMs
  }
  return {
    stack,
    control,
    datazoneEndpoint: datazone.endpoint,
    lines,
    ...view,
    /** Sends message bodies to the request queue. */
    send: async (...bodies: readonly (string | object)[]) => {
      for (const body of bodies) {
        const MessageBody = typeof body === 'string' ? body : JSON.stringify(body)
        await sqs.send(new SendMessageCommand({ QueueUrl: stack.queueUrls['RequestQueue'], MessageBody }))
      }
    },
    /** Sweeps repeatedly until the assertion passes. */
    sweepUntil: <T>(assertion: () => T | Promise<T>, deadlineMs = 100_000): Promise<T> =>
      eventually(
        async () => {
          await sweepSometimes()
          return assertion()
        },
        { deadlineMs },
      ),
    /**
     * Waits until the request queue is empty and no function runs. With taps and the template's visibility timeout,
     * messages of killed workers stay hidden for minutes, so hidden messages do not count then.
     */
    untilIdle: () =>
      eventually(
        async () => {
          const { queues, invocations, batches, deliveries } = await stack.activity()
          const { visible = 0, delayed = 0, inFlight = 0 } = queues['RequestQueue'] ?? {}
          const hidden = options.taps === true && visibilitySeconds === undefined ? 0 : inFlight
          const busy = { visible, delayed, hidden, invocations, batches, deliveries }
          if (Object.values(busy).some((count) => count > 0))
            throw new Error(`the system is not idle: ${JSON.stringify(busy)}`)
        },
        { deadlineMs: 60_000 },
      ),
    close: opened.close,
  }
}
