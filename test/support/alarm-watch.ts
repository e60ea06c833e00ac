import * as z from 'zod/mini'
import type { ServiceMetric } from '../../local/service-metric.ts'
import type { Stack } from '../../local/stack-api.ts'
import { physicalResources } from '../../local/template/physical.ts'
import { resolveTemplate } from '../../local/template/resolve.ts'
import { templateScope } from '../../local/template/scope.ts'
import { parseTemplate } from '../../local/template/template.ts'
import { type Alarm, alarmSchema, type Sample, spanMs, stateOf, watchedMetrics } from './evaluate-alarm.ts'
import type { LogLine } from './outside-view.ts'

/** Evaluates the alarms of a template on a running local stack, from the metrics of its functions, rules and queues. */

const minute = 60_000
const serviceName = 'datazone-run-orchestrator'

type Measured = Omit<Sample, 'atMs'>

const emfSchema = z.looseObject({
  _aws: z.object({
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string() })),
      }),
    ),
  }),
})

/** Returns the metrics of a log line in CloudWatch's embedded metric format (EMF); none for other lines. */
const metricsIn = ({ line }: LogLine): readonly Measured[] => {
  if (!line.startsWith('{"_aws"')) return []
  const read = emfSchema.parse(JSON.parse(line))
  return read._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Metrics.map(({ Name }) => ({
      namespace: Namespace,
      name: Name,
      dimensions: Object.fromEntries((Dimensions[0] ?? []).map((name) => [name, read[name]])),
      values: [read[Name]].flat().map(Number),
    })),
  )
}

const message = z.looseObject({ sentTimestamp: z.number() })
const inspected = z.object({
  messages: z.object({
    ready: z.array(message),
    delayed: z.array(message),
    inflight: z.array(z.looseObject({ message })),
  }),
})

interface QueueState {
  readonly name: string
  readonly visible: number
  readonly oldestMs: number | undefined
}

/** Returns the state of a queue; undefined if it was deleted. */
const inspectQueue = async (url: string): Promise<QueueState | undefined> => {
  const { origin, pathname } = new URL(url)
  const name = pathname.split('/').at(-1) ?? ''
  const response = await fetch(`${origin}/_fauxqs/queues/${name}`)
  if (response.status === 404) return undefined
  const { ready, delayed, inflight } = inspected.parse(await response.json()).messages
  const sent = [...ready, ...delayed, ...inflight.map(({ message: one }) => one)]
  return {
    name,
    visible: ready.length,
    oldestMs: sent.length === 0 ? undefined : Math.min(...sent.map(({ sentTimestamp }) => sentTimestamp)),
  }
}

const queueMetrics = ({ name, visible, oldestMs }: QueueState, atMs: number): readonly Sample[] => {
  const measured = { namespace: 'AWS/SQS', dimensions: { QueueName: name }, atMs }
  const age = oldestMs === undefined ? 0 : (atMs - oldestMs) / 1000
  return [
    { ...measured, name: 'ApproximateNumberOfMessagesVisible', values: [visible] },
    { ...measured, name: 'ApproximateAgeOfOldestMessage', values: [age] },
  ]
}

/** Returns the alarms that exist with these parameters, by name without the service and the stage. */
const alarmsOf = (document: unknown, parameters: Readonly<Record<string, string>>) => {
  const template = parseTemplate(document)
  const identity = { region: 'us-east-1', accountId: '000000000000', stackName: 'watched' }
  const scope = templateScope(template, parameters, identity)
  const physical = physicalResources(template, scope, { ...identity, queueUrl: (name) => name })
  const others = new Set(Object.values(template.Resources).map(({ Type }) => Type))
  others.delete('AWS::CloudWatch::Alarm')
  const resources = Object.values(resolveTemplate(template, { ...scope, physical }, others))
  return new Map(
    resources.map(({ properties }): [string, Alarm] => {
      const alarm = alarmSchema.parse(properties)
      return [alarm.AlarmName.replace(`${serviceName}-local-`, ''), alarm]
    }),
  )
}

const isOnOnePeriod = ({ EvaluationPeriods }: Alarm): boolean => EvaluationPeriods === 1

/** Returns how long a cause must last to raise an alarm, in ms: an alarm on an age waits for the age to grow, too. */
const lastsMs = (alarm: Alarm): number => {
  const isAge = watchedMetrics(alarm).some(({ Metric }) => Metric.MetricName.includes('Age'))
  return spanMs(alarm) + (isAge ? alarm.Threshold * 1000 : 0)
}

/**
 * Returns the state of an alarm for these measurements. An alarm on one period sees them once. For an alarm on several
 * periods, they and the present state of the queues repeat each minute for as long as the alarm looks back, as if the
 * cause lasted.
 */
const stateFor = (
  alarm: Alarm,
  measured: readonly Measured[],
  queues: readonly QueueState[],
): ReturnType<typeof stateOf> => {
  const names = new Set(watchedMetrics(alarm).map(({ Metric }) => Metric.MetricName))
  const relevant = measured.filter(({ name }) => names.has(name))
  const lastMs = Date.now() + lastsMs(alarm)
  const firstMs = isOnOnePeriod(alarm) ? lastMs : Date.now()
  const samples: Sample[] = []
  for (let atMs = firstMs; atMs <= lastMs; atMs += minute) {
    samples.push(...relevant.map((one) => ({ ...one, atMs })))
    const queued = queues.flatMap((queue) => queueMetrics(queue, atMs))
    samples.push(...queued.filter(({ name }) => names.has(name)))
  }
  return stateOf(alarm, samples, lastMs + 1)
}

/** A point in time: measurements before it do not count. */
export interface Mark {
  readonly lines: number
  readonly metrics: number
}

/** A running stack, and the lines that its functions have printed. */
interface Watched {
  readonly stack: Stack
  readonly lines: readonly LogLine[]
}

/** Watches a stack through its log lines and the metrics that it passes to `onMetric`. */
export const alarmWatch = (document: unknown, parameters: Readonly<Record<string, string>>) => {
  const alarms = alarmsOf(document, parameters)
  const metrics: Measured[] = []

  return {
    names: [...alarms.keys()],
    onMetric: ({ value, ...metric }: ServiceMetric): void => {
      metrics.push({ ...metric, values: [value] })
    },
    mark: ({ lines }: Watched): Mark => ({ lines: lines.length, metrics: metrics.length }),
    /** Returns whether the cause must last for several periods to raise the alarm. */
    isLasting: (name: string): boolean => {
      const alarm = alarms.get(name)
      return alarm !== undefined && !isOnOnePeriod(alarm)
    },
    /** Returns the states of the named alarms (default: all) for the measurements since a mark. */
    states: async (
      mark: Mark,
      { stack, lines }: Watched,
      names: readonly string[] = [...alarms.keys()],
    ): Promise<Readonly<Record<string, ReturnType<typeof stateOf>>>> => {
      const found = await Promise.all(Object.values(stack.queueUrls).map(inspectQueue))
      const queues = found.filter((queue) => queue !== undefined)
      const measured = [...metrics.slice(mark.metrics), ...lines.slice(mark.lines).flatMap(metricsIn)]
      return Object.fromEntries(
        names.map((name) => {
          const alarm = alarms.get(name)
          if (alarm === undefined) throw new Error(`the template has no alarm named ${name}`)
          return [name, stateFor(alarm, measured, queues)]
        }),
      )
    },
  }
}
