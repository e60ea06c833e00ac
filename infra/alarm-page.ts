import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { packagedTemplate, type Template } from '../local/package.ts'
import { alarmCauses } from './alarm-causes.ts'

const metric = z.looseObject({ MetricName: z.string() })

const alarmSchema = z.looseObject({
  AlarmName: z.string(),
  AlarmDescription: z.string(),
  MetricName: z.optional(z.string()),
  Period: z.optional(z.number()),
  Statistic: z.optional(z.string()),
  EvaluationPeriods: z.number(),
  DatapointsToAlarm: z.optional(z.number()),
  Threshold: z.number(),
  ComparisonOperator: z.string(),
  Metrics: z.optional(
    z.array(
      z.looseObject({
        MetricStat: z.optional(z.looseObject({ Metric: metric, Period: z.number() })),
        Label: z.optional(z.string()),
      }),
    ),
  ),
})
type Alarm = z.infer<typeof alarmSchema>

const signs: Readonly<Record<string, string>> = {
  GreaterThanThreshold: '>',
  GreaterThanOrEqualToThreshold: '>=',
  LessThanThreshold: '<',
}

const metricsOf = ({ MetricName, Metrics = [] }: Alarm): string =>
  [MetricName, ...Metrics.map(({ MetricStat }) => MetricStat?.Metric.MetricName)]
    .flatMap((name) => (name === undefined ? [] : [`\`${name}\``]))
    .join(', ')

const minutes = (seconds: number): string => (seconds < 3600 ? `${seconds / 60} min` : `${seconds / 3600} h`)

/** Returns the condition of an alarm, for example `Minimum in 5 min > 0, 6 of 6 periods`. */
const conditionOf = (alarm: Alarm): string => {
  const { Statistic, Metrics = [], EvaluationPeriods, DatapointsToAlarm = EvaluationPeriods } = alarm
  const period = alarm.Period ?? Metrics.find(({ MetricStat }) => MetricStat)?.MetricStat?.Period ?? 0
  const what = Statistic ?? Metrics.find(({ Label }) => Label)?.Label ?? ''
  const often = EvaluationPeriods === 1 ? '' : `, ${DatapointsToAlarm} of ${EvaluationPeriods} periods`
  return `${what} in ${minutes(period)} ${signs[alarm.ComparisonOperator]} ${alarm.Threshold}${often}`
}

const testedCause: ReadonlyMap<string, string> = new Map(Object.entries(alarmCauses))

const rowOf = (alarm: Alarm, prefix: string): string => {
  const name = alarm.AlarmName.replace(prefix, '')
  const [, severity = '', cause = ''] =
    /^Severity: (\w+)\. (.+) Runbook: \S+$/.exec(alarm.AlarmDescription) ?? []
  const cells = [severity, cause, metricsOf(alarm), conditionOf(alarm), testedCause.get(name)]
  return `| [${name}](RUNBOOK.md#${name}) | ${cells.join(' | ')} |`
}

/** Returns docs/ALARMS.md: the alarms of the packaged template, and what raises each. */
export const alarmPage = (template: Template): string => {
  const alarms = Object.values(template.Resources).flatMap(({ Type, Properties }) =>
    Type === 'AWS::CloudWatch::Alarm' ? [alarmSchema.parse(Properties)] : [],
  )
  return `# Alarms

Every alarm of a stack, with what raises it. Open an alarm's link for what to do. Mode \`run\` requires \`AlarmEmail\` or
\`AlarmTopicArn\`. Each alarm notifies when it is raised and when it returns to OK. Its name begins with the name of the stack.

Severity *high*: requests or endings are late or at risk. *Medium*: work has stopped for some domains. *Low*: look into it within
one working day.

| alarm | severity | raised when | metrics | condition | raised in the test when |
|---|---|---|---|---|---|
${alarms.map((alarm) => rowOf(alarm, 'datazone-run-orchestrator-local-')).join('\n')}

## How the alarms are tested

- \`test/integration/raised-alarms.test.ts\` raises each alarm on one running local stack, as the last column says, and checks
  that no alarm is in state ALARM after a first deployment. It evaluates the alarms against the metrics that the functions print.
  The local stack has no CloudWatch: it counts invocations, errors, matched rules and failed deliveries itself, and shows the
  depth and age of each queue. Where a cause has to last, the test repeats what it measured.
- \`test/package/raised-alarms.test.ts\` raises each alarm on a metric of the functions by what one invocation sends, and checks
  that the alarm ends with its cause.

\`npm run docs:alarms\` writes this page from the packaged template.
`
}

if (import.meta.main) {
  const { template } = await packagedTemplate()
  await writeFile(join(import.meta.dirname, '..', 'docs', 'ALARMS.md'), alarmPage(template))
}
