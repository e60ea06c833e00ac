import * as z from 'zod/mini'

/** Evaluates alarms as CloudWatch does, for the features of CloudWatch that the template uses. */

const statistics = {
  Sum: (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0),
  Maximum: (values: readonly number[]) => Math.max(...values),
  Minimum: (values: readonly number[]) => Math.min(...values),
}
const statistic = z.enum(['Sum', 'Maximum', 'Minimum'])

const metricSchema = z.looseObject({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z.array(z.object({ Name: z.string(), Value: z.unknown() })),
})
const watched = z.object({ Metric: metricSchema, Period: z.number(), Stat: statistic })

export const alarmSchema = z.looseObject({
  AlarmName: z.string(),
  AlarmDescription: z.string(),
  EvaluationPeriods: z.number(),
  DatapointsToAlarm: z.optional(z.number()),
  Threshold: z.number(),
  ComparisonOperator: z.enum(['GreaterThanThreshold', 'GreaterThanOrEqualToThreshold', 'LessThanThreshold']),
  TreatMissingData: z.enum(['notBreaching', 'missing']),
  Period: z.optional(z.number()),
  Statistic: z.optional(statistic),
  Metrics: z.optional(
    z.array(
      z.looseObject({
        Id: z.string(),
        ReturnData: z.optional(z.boolean()),
        MetricStat: z.optional(watched),
        Expression: z.optional(z.string()),
      }),
    ),
  ),
})
export type Alarm = z.infer<typeof alarmSchema>

/** Returns the metrics that an alarm watches, each with its id in the alarm's expression. */
export const watchedMetrics = (alarm: Alarm) =>
  alarm.Metrics === undefined
    ? [{ id: 'value', ...watched.parse({ Metric: alarm, Period: alarm.Period, Stat: alarm.Statistic }) }]
    : alarm.Metrics.flatMap(({ Id, MetricStat }) =>
        MetricStat === undefined ? [] : [{ id: Id, ...MetricStat }],
      )

const expressionOf = ({ Metrics }: Alarm): string =>
  Metrics?.find(({ Expression }) => Expression !== undefined)?.Expression ?? 'value'

/** Returns how long an alarm looks back, in ms. */
export const spanMs = (alarm: Alarm): number =>
  alarm.EvaluationPeriods * (watchedMetrics(alarm)[0]?.Period ?? 0) * 1000

/** The values of a metric at one time. */
export interface Sample {
  readonly namespace: string
  readonly name: string
  /** With the template's values, references included. */
  readonly dimensions: Readonly<Record<string, unknown>>
  readonly values: readonly number[]
  readonly atMs: number
}

type Values = ReadonlyMap<string, number | undefined>

const operators: Readonly<Record<string, (left: number, right: number) => number>> = {
  '>': (left, right) => Number(left > right),
  '+': (left, right) => left + right,
  '/': (left, right) => left / right,
}
const levels = [['>'], ['+'], ['/']] as const

/** Computes an expression of metric math from numbers, ids, FILL, IF and operators, with their precedence. */
const compute = (expression: string, values: Values): number => {
  const tokens = expression.match(/[A-Za-z_]+|[\d.]+|[()+/>,]/g) ?? []
  const next = (): string => tokens.shift() ?? ''
  const take = (expected: string): void => {
    const token = next()
    if (token !== expected) throw new Error(`${expression}: expected ${expected} and found ${token}`)
  }
  const primary = (): number => {
    const token = next()
    if (/^[\d.]+$/.test(token)) return Number(token)
    if (token === '(') {
      const inner = level(0)
      take(')')
      return inner
    }
    if (token === 'FILL') {
      take('(')
      const id = next()
      take(',')
      const filler = level(0)
      take(')')
      return values.get(id) ?? filler
    }
    if (token === 'IF') {
      take('(')
      const condition = level(0)
      take(',')
      const yes = level(0)
      take(',')
      const no = level(0)
      take(')')
      return condition === 0 ? no : yes
    }
    const value = values.get(token)
    if (value === undefined) throw new Error(`${expression}: no data for ${token}`)
    return value
  }
  const level = (depth: number): number => {
    const own = levels[depth]
    if (own === undefined) return primary()
    let left = level(depth + 1)
    while (own.some((operator) => operator === tokens[0]))
      left = operators[next()]?.(left, level(depth + 1)) ?? left
    return left
  }
  return level(0)
}

const comparisons = {
  GreaterThanThreshold: (value: number, threshold: number) => value > threshold,
  GreaterThanOrEqualToThreshold: (value: number, threshold: number) => value >= threshold,
  LessThanThreshold: (value: number, threshold: number) => value < threshold,
}

/** Returns the datapoint of the period that ends at `toMs`; undefined if the period has no data. */
const datapoint = (alarm: Alarm, samples: readonly Sample[], toMs: number): number | undefined => {
  const values = new Map<string, number | undefined>()
  for (const { id, Metric, Period, Stat } of watchedMetrics(alarm)) {
    const dimensions = Object.fromEntries(Metric.Dimensions.map(({ Name, Value }) => [Name, Value]))
    const inPeriod = samples.filter(
      (sample) =>
        sample.namespace === Metric.Namespace &&
        sample.name === Metric.MetricName &&
        JSON.stringify(sample.dimensions) === JSON.stringify(dimensions) &&
        sample.atMs >= toMs - Period * 1000 &&
        sample.atMs < toMs,
    )
    const all = inPeriod.flatMap((sample) => sample.values)
    values.set(id, all.length === 0 ? undefined : statistics[Stat](all))
  }
  const hasData = [...values.values()].some((value) => value !== undefined)
  return hasData ? compute(expressionOf(alarm), values) : undefined
}

/** Returns the state of an alarm at `nowMs`, from all samples. */
export const stateOf = (
  alarm: Alarm,
  samples: readonly Sample[],
  nowMs: number,
): 'OK' | 'ALARM' | 'INSUFFICIENT_DATA' => {
  const periodMs = spanMs(alarm) / alarm.EvaluationPeriods
  const points = Array.from({ length: alarm.EvaluationPeriods }, (_, back) =>
    datapoint(alarm, samples, nowMs - back * periodMs),
  )
  if (alarm.TreatMissingData === 'missing' && points.every((point) => point === undefined))
    return 'INSUFFICIENT_DATA'
  const breaching = points.filter(
    (point) => point !== undefined && comparisons[alarm.ComparisonOperator](point, alarm.Threshold),
  )
  return breaching.length >= (alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods) ? 'ALARM' : 'OK'
}
