import { afterEach, describe, expect, test, vi } from 'vitest'
import * as z from 'zod/mini'
import { pollerHandler } from '../../functions/poller-handler.ts'
import { wire } from '../../functions/wiring.ts'
import { parkReasons } from '../../lib/run/run.ts'
import { packagedTemplate } from '../../local/package.ts'
import { manualClock } from '../support/manual-clock.ts'
import { memoryBackfillPlans } from '../support/memory-backfill-plans.ts'
import { memoryBreakers } from '../support/memory-breakers.ts'
import { memoryRunStore } from '../support/memory-run-store.ts'
import { recordingBus, recordingQueue } from '../support/recorders.ts'
import { inFlightRun, minute, parkedRun, subject, t0 } from '../support/runs.ts'
import { refused, scriptedDataZone } from '../support/scripted-datazone.ts'

const functionSchema = z.looseObject({
  Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }),
})
const alarmSchema = z.looseObject({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z.array(z.object({ Name: z.string(), Value: z.string() })),
})

/** The values of variables that are references in the template, as a deployment would resolve them. */
const resolved: Readonly<Record<string, string>> = {
  MODE: 'run',
  DOMAIN_IDS: '',
  DEFAULT_TYPES: 'BUSINESS_DESCRIPTIONS',
  START_RATE_PER_SECOND: '9.8',
  DATAZONE_API: 'auto',
  CATALOG_ROLE_ARN: '',
  QUOTA_PROBE_SECONDS: '14400',
  MAX_WAIT_DAYS: '35',
  RESTORED_TO: '',
  POWERTOOLS_LOG_LEVEL: 'INFO',
  AWS_REGION: 'us-east-1',
}

afterEach(() => vi.unstubAllEnvs())

describe('a metric of the poller', () => {
  test('has the namespace, name and dimensions that the alarms watch', async () => {
    const { template } = await packagedTemplate()
    const { Variables } = functionSchema.parse(
      template.Resources['PollerLambdaFunction']?.Properties,
    ).Environment
    for (const [name, value] of Object.entries(Variables))
      vi.stubEnv(name, typeof value === 'string' ? value : (resolved[name] ?? name))
    vi.stubEnv('AWS_REGION', 'us-east-1')
    const { config, metrics, telemetry } = wire()
    const clock = manualClock()
    const sweep = pollerHandler({
      settings: config.sweeper,
      ports: {
        clock,
        store: memoryRunStore(
          inFlightRun({ subject: { ...subject, assetId: 'asset-2' }, startedAtMs: t0 - 5 * minute }),
          ...parkReasons
            .map((reason) =>
              parkedRun({
                reason,
                retryAtMs: t0 + minute,
                request: { ...parkedRun().request, requestKey: reason },
              }),
            )
            .map((run, index) => ({ ...run, attempt: index + 1 })),
        ),
        switches: { pauseOf: async () => undefined },
        backfills: memoryBackfillPlans(),
        breakers: memoryBreakers(),
        bus: recordingBus(),
        queue: recordingQueue(),
        datazone: scriptedDataZone({ getRun: async () => refused('DENIED') }),
      },
      telemetry: { ...telemetry, info: () => {}, warn: () => {} },
    })
    await sweep({}, { getRemainingTimeInMillis: () => 55_000 })
    const emitted = metrics.serializeMetrics()
    const [block] = emitted._aws.CloudWatchMetrics
    for (const name of ['PermissionMissingAlarm', 'PollerRefusedAlarm']) {
      const alarm = alarmSchema.parse(template.Resources[name]?.Properties)
      expect(block?.Namespace).toBe(alarm.Namespace)
      expect(block?.Dimensions).toEqual([alarm.Dimensions.map(({ Name }) => Name)])
      for (const { Name, Value } of alarm.Dimensions) expect(emitted[Name]).toBe(Value)
      expect(emitted[alarm.MetricName]).toBe(1)
    }
    expect(block?.Metrics.map(({ Name }) => Name).filter((name) => name.startsWith('parked-'))).toHaveLength(
      parkReasons.length,
    )
  })
})
