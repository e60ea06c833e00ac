import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadAwsServiceSpec } from '@aws-cdk/aws-service-spec'
import { beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { packagedTemplate, type Template } from '../../local/package.ts'
import { sentMetrics } from '../support/sent-metrics.ts'

const customNamespace = 'DataZoneRuns'

const metricSchema = z.object({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z.array(z.object({ Name: z.string(), Value: z.unknown() })),
})
const alarmSchema = z.looseObject({
  AlarmName: z.string(),
  AlarmDescription: z.string(),
  TreatMissingData: z.string(),
  Metrics: z.optional(
    z.array(
      z.looseObject({ Id: z.string(), MetricStat: z.optional(z.looseObject({ Metric: metricSchema })) }),
    ),
  ),
})

let template: Template
let isKnown: (namespace: string, metric: string) => boolean

beforeAll(async () => {
  template = (await packagedTemplate()).template
  const sent = await sentMetrics()
  const spec = await loadAwsServiceSpec()
  const published = new Set(spec.all('metric').map(({ namespace, name }) => `${namespace} ${name}`))
  isKnown = (namespace, metric) =>
    namespace === customNamespace ? sent.includes(metric) : published.has(`${namespace} ${metric}`)
})

const alarms = () =>
  Object.entries(template.Resources).flatMap(([name, { Type, Properties }]) => {
    if (Type !== 'AWS::CloudWatch::Alarm') return []
    const alarm = alarmSchema.parse(Properties)
    const metrics = alarm.Metrics?.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []) ?? [
      metricSchema.parse(Properties),
    ]
    return [{ name, alarm, metrics }]
  })

/** Returns the name of an alarm without the service and the stage. */
const shortName = ({ AlarmName }: { readonly AlarmName: string }): string =>
  AlarmName.replace('datazone-run-orchestrator-local-', '')

describe('an alarm', () => {
  test('watches only metrics that the functions or AWS send', () => {
    const unknown = alarms().flatMap(({ name, metrics }) =>
      metrics
        .filter(({ Namespace, MetricName }) => !isKnown(Namespace, MetricName))
        .map(({ Namespace, MetricName }) => `${name}: nothing sends ${Namespace} ${MetricName}`),
    )
    expect(unknown).toEqual([])
  })

  test('is reported for a misspelled metric', () => {
    expect(isKnown(customNamespace, 'run-failed')).toBe(true)
    expect(isKnown(customNamespace, 'run-faild')).toBe(false)
    expect(isKnown('AWS/SQS', 'ApproximateAgeOfOldestMesage')).toBe(false)
  })

  test('watches the metrics of its own stage', () => {
    const dimensions = alarms().flatMap(({ metrics }) =>
      metrics.flatMap(({ Namespace, Dimensions }) => (Namespace === customNamespace ? [Dimensions] : [])),
    )
    expect(dimensions.length).toBeGreaterThan(8)
    for (const dimension of dimensions)
      expect(dimension).toEqual([{ Name: 'service', Value: 'datazone-run-orchestrator-local' }])
  })

  test('notifies about missing data for sweeps and publishes only', () => {
    const silent = alarms().filter(({ alarm }) => alarm.TreatMissingData !== 'notBreaching')
    expect(silent.map(({ name }) => name)).toEqual(['SweepsMissingAlarm', 'NoPublishesAlarm'])
    for (const { alarm } of silent) {
      // A new alarm starts as INSUFFICIENT_DATA and notifies only when it returns to that state.
      expect(alarm.TreatMissingData).toBe('missing')
      expect(alarm['InsufficientDataActions']).toEqual(alarm['AlarmActions'])
    }
  })

  test('notifies the given and the created topic, and again when it returns to OK', () => {
    for (const { alarm } of alarms()) {
      expect(alarm['AlarmActions']).toEqual([
        { 'Fn::If': ['GivesAlarmTopic', { Ref: 'AlarmTopicArn' }, { Ref: 'AWS::NoValue' }] },
        { 'Fn::If': ['CreatesAlarmTopic', { Ref: 'AlarmTopic' }, { Ref: 'AWS::NoValue' }] },
      ])
      expect(alarm['OKActions']).toEqual(alarm['AlarmActions'])
    }
    expect(template.Resources['AlarmTopic']).toMatchObject({
      Condition: 'CreatesAlarmTopic',
      Properties: { Subscription: [{ Protocol: 'email', Endpoint: { Ref: 'AlarmEmail' } }] },
    })
  })

  test('states a severity and its section of the runbook', async () => {
    const page = await readFile(join(import.meta.dirname, '../../docs/RUNBOOK.md'), 'utf8')
    const sections = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)
    expect(alarms().map(({ alarm }) => shortName(alarm))).toEqual(sections)
    for (const { alarm } of alarms()) {
      expect(alarm.AlarmDescription).toMatch(/^Severity: (high|medium|low)\. /)
      expect(alarm.AlarmDescription).toMatch(new RegExp(`Runbook: docs/RUNBOOK\\.md#${shortName(alarm)}$`))
    }
  })
})

const dashboardSchema = z.object({
  widgets: z.array(
    z.object({ properties: z.object({ title: z.string(), metrics: z.array(z.array(z.unknown())) }) }),
  ),
})

const widgets = () => {
  const { DashboardBody } = z
    .looseObject({ DashboardBody: z.object({ 'Fn::Sub': z.string() }) })
    .parse(template.Resources['Dashboard']?.Properties)
  const body = DashboardBody['Fn::Sub'].replaceAll(/\$\{StartRatePerSecond\}/g, '9.8')
  return dashboardSchema.parse(JSON.parse(body)).widgets
}

describe('the dashboard', () => {
  test('has a widget for each question of an operator', () => {
    expect(widgets().map(({ properties }) => properties.title)).toEqual([
      'Requests by outcome',
      'Starts per second and the configured rate',
      'Sweeps',
      'Endings',
      'Age of the oldest request, hint and owed event',
      'Parked by reason',
      'Queues',
      'Function errors, catalog role denials and events refused by EventBridge',
      'Estimated cost per day of DataZone calls and table writes, in US dollars',
      'Runs in flight',
      'Use of the fullest monthly cap, in percent',
    ])
  })

  test('costs, with all metrics and alarms, what docs/COST.md states, and less than 30 dollars a month', async () => {
    const page = await readFile(join(import.meta.dirname, '../../docs/COST.md'), 'utf8')
    const stated = (pattern: RegExp) => Number(pattern.exec(page)?.[1])
    const watched = alarms().reduce((sum, { metrics }) => sum + metrics.length, 0)
    expect(stated(/^\| Custom metrics, at most (\d+) \|/m)).toBe((await sentMetrics()).length)
    expect(stated(/^\| Alarms on (\d+) metrics \|/m)).toBe(watched)
    const section = page.slice(page.indexOf('## See what a month costs without a run'))
    expect(Number(/\*\*total\*\* \| \*\*([\d.]+)\*\*/.exec(section)?.[1])).toBeLessThan(30)
  })

  test('shows only metrics that the functions or AWS send', () => {
    const shown = widgets()
      .flatMap(({ properties }) => properties.metrics)
      .filter(([namespace]) => typeof namespace === 'string')
    expect(shown.length).toBeGreaterThan(30)
    expect(shown.filter(([namespace, name]) => !isKnown(String(namespace), String(name)))).toEqual([])
  })
})
