import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import {
  failedCatalogRoleReporter,
  refusedEventReporter,
  type Telemetry,
  unreadablePolicyReporter,
} from '../../functions/telemetry.ts'
import { alarmPage } from '../../infra/alarm-page.ts'
import { packagedTemplate, type Template } from '../../local/package.ts'
import {
  type Alarm,
  alarmSchema,
  type Sample,
  spanMs,
  stateOf,
  watchedMetrics,
} from '../support/evaluate-alarm.ts'
import { type Emitted, emittedBy, startOnce, sweepOnce } from '../support/measured-handlers.ts'
import { memoryRunStore, storeDown } from '../support/memory-run-store.ts'
import { runRequest } from '../support/messages.ts'
import { recordingBus } from '../support/recorders.ts'
import { endedRun, inFlightRun, minute, parkedRun, t0 } from '../support/runs.ts'
import { answered, refused, scriptedDataZone, serviceRun } from '../support/scripted-datazone.ts'

const customNamespace = 'DataZoneRuns'

let template: Template
let settings: { namespace: string; serviceName: string }

beforeAll(async () => {
  template = (await packagedTemplate()).template
  const { Environment } = z
    .looseObject({
      Environment: z.object({
        Variables: z.looseObject({
          POWERTOOLS_METRICS_NAMESPACE: z.string(),
          POWERTOOLS_SERVICE_NAME: z.string(),
        }),
      }),
    })
    .parse(template.Resources['PollerLambdaFunction']?.Properties)
  const { POWERTOOLS_METRICS_NAMESPACE: namespace, POWERTOOLS_SERVICE_NAME: serviceName } =
    Environment.Variables
  settings = { namespace, serviceName }
})

const alarmOf = (name: string): Alarm => alarmSchema.parse(template.Resources[`${name}Alarm`]?.Properties)

const alarms = (): readonly (readonly [string, Alarm])[] =>
  Object.entries(template.Resources).flatMap(([name, { Type, Properties }]) =>
    Type === 'AWS::CloudWatch::Alarm'
      ? [[name.replace(/Alarm$/, ''), alarmSchema.parse(Properties)] as const]
      : [],
  )

/** Returns the samples of a cause that lasts for `forMs`: those of one invocation, repeated each minute. */
const lasting = (emitted: readonly Emitted[], forMs: number): readonly Sample[] =>
  Array.from({ length: Math.ceil(forMs / minute) }, (_, back) => t0 - (back + 1) * minute).flatMap((atMs) =>
    emitted.map((metric) => ({ ...metric, atMs })),
  )

const storeOfParked = (fields: Parameters<typeof parkedRun>[0] & {}) => memoryRunStore(parkedRun(fields))
const cap = { name: 'descriptions', perMonth: 100 }

/** Raises each alarm on a metric of our functions: sets up the cause and invokes the function that meets it. */
const causes: Readonly<Record<string, (telemetry: Telemetry) => Promise<unknown> | unknown>> = {
  DuplicateRun: (telemetry) => {
    const store = memoryRunStore()
    const startRun = async () => {
      store.put(inFlightRun({ version: 2 }))
      return answered(serviceRun({ runId: 'run-2' }))
    }
    return startOnce(runRequest(), { store, datazone: scriptedDataZone({ startRun }) }, telemetry)
  },
  RequestsFailing: (telemetry) => {
    const store = memoryRunStore()
    store.beforeWrite = () => {
      throw storeDown()
    }
    return startOnce(runRequest(), { store }, telemetry)
  },
  CatalogRoleDenied: (telemetry) => failedCatalogRoleReporter(telemetry)('AccessDenied', true),
  PermissionMissing: (telemetry) =>
    sweepOnce({ store: storeOfParked({ reason: 'DENIED', retryAtMs: t0 + minute }) }, telemetry),
  QuotaExhausted: (telemetry) =>
    sweepOnce({ store: storeOfParked({ reason: 'QUOTA_EXCEEDED', retryAtMs: t0 + minute }) }, telemetry),
  QuotaNear: (telemetry) =>
    sweepOnce({}, telemetry, {
      policies: { current: async () => ({ version: 1, policy: { rules: [], triggers: [], caps: [cap] } }) },
      capUsage: { used: async () => [80] },
    }),
  PollerRefused: (telemetry) =>
    sweepOnce(
      {
        store: memoryRunStore(inFlightRun({ startedAtMs: t0 - 5 * minute })),
        datazone: scriptedDataZone({ getRun: async () => refused('DENIED') }),
      },
      telemetry,
    ),
  SweepProblems: (telemetry) => {
    const bus = recordingBus()
    bus.refuses = () => true
    return sweepOnce({ bus, store: memoryRunStore(endedRun({ detectedAtMs: t0 - minute })) }, telemetry)
  },
  EventsRefused: (telemetry) => refusedEventReporter(telemetry)('ThrottlingException', 1),
  EventsOwed: (telemetry) =>
    sweepOnce({ store: memoryRunStore(endedRun({ detectedAtMs: t0 - 20 * minute })) }, telemetry),
  StartsStalled: (telemetry) =>
    sweepOnce({ store: storeOfParked({ reason: 'PACED', retryAtMs: t0 + minute }) }, telemetry),
  UnreadableRecords: (telemetry) => {
    const store = memoryRunStore()
    const key = { partition: 'ASSET#dzd_orders#asset-1', record: 'RUN#1#BUSINESS_NAMES#0001' }
    store.unreadable.push({ key, isNewer: true, problem: 'is newer' })
    return sweepOnce({ store }, telemetry)
  },
  PolicyUnreadable: (telemetry) => unreadablePolicyReporter(telemetry)(3, ['rules: is missing']),
  RunsLost: (telemetry) =>
    sweepOnce(
      {
        store: memoryRunStore(inFlightRun({ startedAtMs: t0 - 5 * 60 * minute })),
        datazone: scriptedDataZone({
          getRun: async () => answered(serviceRun({ nativeStatus: 'IN_PROGRESS' })),
        }),
      },
      telemetry,
    ),
  RunsFailing: (telemetry) =>
    sweepOnce(
      {
        store: memoryRunStore(inFlightRun({ startedAtMs: t0 - 5 * minute })),
        datazone: scriptedDataZone({ getRun: async () => answered(serviceRun({ nativeStatus: 'FAILED' })) }),
      },
      telemetry,
    ),
  NotStarting: (telemetry) => startOnce(runRequest(), {}, telemetry, 'plan'),
}

const isCustom = (alarm: Alarm): boolean =>
  watchedMetrics(alarm).some(({ Metric }) => Metric.Namespace === customNamespace)

test('raises the alarm mode-not-run in mode off, too', async () => {
  const alarm = alarmOf('NotStarting')
  const emitted = await emittedBy(settings, (telemetry) => startOnce(runRequest(), {}, telemetry, 'off'))
  expect(stateOf(alarm, lasting(emitted, spanMs(alarm)), t0)).toBe('ALARM')
})

describe('a metric of the functions', () => {
  test('has a cause in this test, if an alarm watches it', () => {
    const custom = alarms().flatMap(([name, alarm]) => (isCustom(alarm) ? [name] : []))
    expect(Object.keys(causes).toSorted()).toEqual(custom.toSorted())
  })

  test.each(Object.keys(causes))('raises the alarm %s while its cause lasts, and no longer', async (name) => {
    const alarm = alarmOf(name)
    const emitted = await emittedBy(settings, (telemetry) => causes[name]?.(telemetry))
    const samples = lasting(emitted, spanMs(alarm))
    expect(stateOf(alarm, samples, t0)).toBe('ALARM')
    expect(stateOf(alarm, samples, t0 + spanMs(alarm))).toBe('OK')
  })

  test.each([
    ['PermissionMissing', 20],
    ['QuotaExhausted', 60],
    ['PollerRefused', 20],
    ['SweepProblems', 20],
    ['StartsStalled', 20],
    ['CatalogRoleDenied', 15],
  ])('raises the alarm %s only after more than %i minutes of its cause', async (name, minutes) => {
    const emitted = await emittedBy(settings, (telemetry) => causes[name]?.(telemetry))
    expect(stateOf(alarmOf(name), lasting(emitted, minutes * minute), t0)).toBe('OK')
  })

  test('raises no alarm on a stack that was just deployed', async () => {
    const idle = await emittedBy(settings, (telemetry) => sweepOnce({}, telemetry))
    const poller = { FunctionName: { Ref: 'PollerLambdaFunction' } }
    const invoked = [
      { namespace: 'AWS/Lambda', name: 'Invocations', dimensions: poller, values: [1] },
      { namespace: 'AWS/Lambda', name: 'Errors', dimensions: poller, values: [0] },
    ]
    for (const sweeps of [0, 1, 5, 60]) {
      const samples = lasting([...idle, ...invoked], sweeps * minute)
      const raised = alarms().filter(([, alarm]) => stateOf(alarm, samples, t0) === 'ALARM')
      expect(raised.map(([name]) => name)).toEqual([])
    }
    // A new alarm begins in INSUFFICIENT_DATA, and does not notify while it stays there.
    const silent = alarms().filter(([, alarm]) => stateOf(alarm, [], t0) === 'INSUFFICIENT_DATA')
    expect(silent.map(([name]) => name)).toEqual(['SweepsMissing', 'NoPublishes'])
  })
})

/** The type of the resource that each dimension of an AWS metric names. */
const resourceTypes: Readonly<Record<string, string>> = {
  QueueName: 'AWS::SQS::Queue',
  FunctionName: 'AWS::Lambda::Function',
  EventBusName: 'AWS::Events::EventBus',
}

const resourceOf = (value: unknown): string | undefined => {
  const reference = z
    .union([z.object({ Ref: z.string() }), z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) })])
    .safeParse(value)
  if (!reference.success) return undefined
  return 'Ref' in reference.data ? reference.data.Ref : reference.data['Fn::GetAtt'][0]
}

describe('an alarm on a metric of AWS', () => {
  const ofAws = () => alarms().filter(([, alarm]) => !isCustom(alarm))

  test('watches a resource of the stack', () => {
    const rules = Object.values(template.Resources).flatMap(({ Type, Properties }) =>
      Type === 'AWS::Events::Rule' ? [Properties?.['Name']] : [],
    )
    const dimensions = ofAws().flatMap(([, alarm]) =>
      watchedMetrics(alarm).flatMap(({ Metric }) => Metric.Dimensions),
    )
    expect(dimensions.length).toBeGreaterThan(10)
    for (const { Name, Value } of dimensions) {
      if (Name === 'RuleName') expect(rules).toContain(Value)
      else expect(template.Resources[resourceOf(Value) ?? '']?.Type).toBe(resourceTypes[Name])
    }
  })

  test('is raised by values beyond its threshold while they last', () => {
    for (const [name, alarm] of ofAws()) {
      const isLow = alarm.ComparisonOperator === 'LessThanThreshold'
      const emitted = watchedMetrics(alarm).map(({ Metric }) => ({
        namespace: Metric.Namespace,
        name: Metric.MetricName,
        dimensions: Object.fromEntries(Metric.Dimensions.map((one) => [one.Name, one.Value])),
        values: [isLow ? 0 : alarm.Threshold + 1],
      }))
      expect([name, stateOf(alarm, lasting(emitted, spanMs(alarm)), t0)]).toEqual([name, 'ALARM'])
    }
  })
})

test('lists every alarm of the template in docs/ALARMS.md (npm run docs:alarms)', async () => {
  expect(await readFile(join(import.meta.dirname, '../../docs/ALARMS.md'), 'utf8')).toBe(alarmPage(template))
})
