import { loadAwsServiceSpec } from '@aws-cdk/aws-service-spec'
import { beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { packagedTemplate, type Template } from '../../local/package.ts'
import { sentMetrics } from '../support/sent-metrics.ts'

const customNamespace = 'DataZoneRuns'

const alarmSchema = z.looseObject({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z.array(z.object({ Name: z.string(), Value: z.unknown() })),
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
  Object.entries(template.Resources).flatMap(([name, { Type, Properties }]) =>
    Type === 'AWS::CloudWatch::Alarm' ? [{ name, alarm: alarmSchema.parse(Properties) }] : [],
  )

describe('the alarms', () => {
  test('watch only metrics that the functions or AWS send', () => {
    const unknown = alarms()
      .filter(({ alarm }) => !isKnown(alarm.Namespace, alarm.MetricName))
      .map(({ name, alarm }) => `${name}: nothing sends ${alarm.Namespace} ${alarm.MetricName}`)
    expect(unknown).toEqual([])
  })

  test('would be refused for a misspelled metric', () => {
    expect(isKnown(customNamespace, 'run-failed')).toBe(true)
    expect(isKnown(customNamespace, 'run-faild')).toBe(false)
    expect(isKnown('AWS/SQS', 'ApproximateAgeOfOldestMesage')).toBe(false)
  })

  test('take silence for a missing sweep and for nothing else', () => {
    const breaching = Object.entries(template.Resources).filter(
      ([, { Type, Properties }]) =>
        Type === 'AWS::CloudWatch::Alarm' && Properties?.['TreatMissingData'] !== 'notBreaching',
    )
    expect(breaching.map(([name]) => name)).toEqual(['SweepsMissingAlarm'])
    expect(template.Resources['SweepsMissingAlarm']?.Properties?.['TreatMissingData']).toBe('breaching')
  })

  test('notify the topic that is given, if one is', () => {
    const actions = Object.values(template.Resources).flatMap(({ Type, Properties }) =>
      Type === 'AWS::CloudWatch::Alarm' ? [Properties?.['AlarmActions']] : [],
    )
    expect(actions).toHaveLength(alarms().length)
    for (const action of actions) {
      expect(action).toEqual({
        'Fn::If': ['HasAlarmTopic', [{ Ref: 'AlarmTopicArn' }], { Ref: 'AWS::NoValue' }],
      })
    }
  })
})
