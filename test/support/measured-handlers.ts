import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import { pollerHandler } from '../../functions/poller-handler.ts'
import { starterHandler } from '../../functions/starter-handler.ts'
import type { Telemetry } from '../../functions/telemetry.ts'
import type { Mode } from '../../lib/run/mode.ts'
import { fixedPolicy } from './fixed-policy.ts'
import { manualClock } from './manual-clock.ts'
import { memoryBackfillPlans } from './memory-backfill-plans.ts'
import { memoryBreakers } from './memory-breakers.ts'
import { memoryRunStore } from './memory-run-store.ts'
import { memorySkipLog } from './memory-skip-log.ts'
import { recordingBus, recordingQueue } from './recorders.ts'
import { t0 } from './runs.ts'
import { answered, scriptedDataZone, serviceRun } from './scripted-datazone.ts'
import { sqsRecord } from './sqs-record.ts'
import { defaults } from './starter-world.ts'
import { unlimitedPace } from './unlimited-pace.ts'

/** A metric of an EMF line that a function printed. */
export interface Emitted {
  readonly namespace: string
  readonly name: string
  readonly dimensions: Readonly<Record<string, unknown>>
  readonly values: readonly number[]
}

/** Runs `act` with the metrics of Powertools and returns the metrics of its EMF line. */
export const emittedBy = async (
  settings: { readonly namespace: string; readonly serviceName: string },
  act: (telemetry: Telemetry) => Promise<unknown> | unknown,
): Promise<readonly Emitted[]> => {
  const metrics = new Metrics(settings)
  const silent = () => {}
  await act({
    info: silent,
    warn: silent,
    error: silent,
    count: (name, value) => {
      metrics.addMetric(name, MetricUnit.Count, value)
    },
  })
  const line = metrics.serializeMetrics()
  metrics.clearMetrics()
  return line._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics: sent }) =>
    sent.map(({ Name }) => ({
      namespace: Namespace,
      name: Name,
      dimensions: Object.fromEntries((Dimensions[0] ?? []).map((name) => [name, line[name]])),
      values: [line[Name]].flat().map(Number),
    })),
  )
}

type PollerParts = Parameters<typeof pollerHandler>[0]

/** Runs one sweep of the poller with ports in memory. */
export const sweepOnce = (
  ports: Partial<PollerParts['ports']>,
  telemetry: Telemetry,
  parts: Partial<PollerParts> = {},
) =>
  pollerHandler({
    settings: defaults.sweeper,
    ports: {
      store: memoryRunStore(),
      datazone: scriptedDataZone({}),
      bus: recordingBus(),
      queue: recordingQueue(),
      breakers: memoryBreakers(),
      switches: { pauseOf: async () => undefined },
      backfills: memoryBackfillPlans(),
      clock: manualClock(),
      ...ports,
    },
    telemetry,
    ...parts,
  })({}, { getRemainingTimeInMillis: () => 55_000 })

type StarterPorts = Parameters<typeof starterHandler>[0]['ports']

/** Invokes the starter once with a request and ports in memory. */
export const startOnce = (
  request: object,
  ports: Partial<StarterPorts>,
  telemetry: Telemetry,
  mode: Mode = 'run',
) => {
  const clock = manualClock()
  const { policy } = defaults.starter
  return starterHandler({
    settings: { ...defaults.starter, mode },
    ports: {
      store: memoryRunStore(),
      bus: recordingBus(),
      queue: recordingQueue(),
      clock,
      datazone: scriptedDataZone({ startRun: async () => answered(serviceRun()) }),
      breakers: memoryBreakers(),
      switches: { pauseOf: async () => undefined },
      skips: memorySkipLog(),
      pace: unlimitedPace(clock.now),
      ...ports,
    },
    policies: fixedPolicy(policy),
    telemetry,
  })(
    { Records: [sqsRecord('message-1', JSON.stringify(request), 1, t0)] },
    { getRemainingTimeInMillis: () => 27_000 },
  )
}
