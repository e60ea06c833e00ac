import { z } from 'zod'
import type { FunctionPlan } from './functions.ts'
import { type NamedResource, NotRun } from './named-resource.ts'
import type { QueuePlan } from './queues.ts'
import { parseAt } from './template.ts'
import { flag, ignored, numeric } from './values.ts'

const eventSourceSchema = z.strictObject({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  BatchSize: numeric.default(10),
  MaximumBatchingWindowInSeconds: numeric.default(0),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  ScalingConfig: z.strictObject({ MaximumConcurrency: numeric.optional() }).default({}),
  Enabled: flag.default(true),
  Tags: ignored,
})

/** An event source: a queue to poll for a function. */
export interface EventSourcePlan {
  readonly logicalId: string
  readonly queue: QueuePlan
  readonly function: FunctionPlan
  readonly batchSize: number
  readonly windowMs: number
  readonly reportsItemFailures: boolean
  readonly maximumConcurrency: number
}

/** The concurrency without a ScalingConfig. Lambda would scale to hundreds, which one machine cannot. */
const defaultConcurrency = 5

/**
 * Returns the plan of an `AWS::Lambda::EventSourceMapping` of a queue, or undefined when it is disabled.
 * @throws Error when the queue is not of this stack, or when Lambda would refuse the mapping
 */
export function planEventSource(
  { logicalId, properties, path }: NamedResource,
  queues: readonly QueuePlan[],
  functions: readonly FunctionPlan[],
): EventSourcePlan | NotRun | undefined {
  if (!String(properties['EventSourceArn']).startsWith('arn:aws:sqs:'))
    return new NotRun('only queues are polled')
  const mapping = parseAt(eventSourceSchema, properties, path)
  if (!mapping.Enabled) return undefined
  const queue = queues.find((candidate) => candidate.arn === mapping.EventSourceArn)
  if (queue === undefined)
    throw new Error(
      `${path}.EventSourceArn: ${mapping.EventSourceArn} is not a queue of this stack: use the Arn of a queue in the template`,
    )
  const target = functions.find(({ arn, name }) => [arn, name].includes(mapping.FunctionName))
  if (target === undefined) return new NotRun(`its function ${mapping.FunctionName} is not run`)
  // Lambda refuses a mapping with either of these mistakes.
  if (queue.visibilityTimeoutMs < target.timeoutMs) {
    throw new Error(
      `${path}: the visibility timeout of ${queue.logicalId} is shorter than the timeout of ${target.logicalId}: set it to at least ${target.timeoutMs / 1000} seconds`,
    )
  }
  if (mapping.BatchSize > 10 && mapping.MaximumBatchingWindowInSeconds === 0) {
    throw new Error(
      `${path}.BatchSize: a batch of more than 10 needs a MaximumBatchingWindowInSeconds of at least 1`,
    )
  }
  return {
    logicalId,
    queue,
    function: target,
    batchSize: mapping.BatchSize,
    windowMs: mapping.MaximumBatchingWindowInSeconds * 1000,
    reportsItemFailures: mapping.FunctionResponseTypes.length > 0,
    maximumConcurrency: mapping.ScalingConfig.MaximumConcurrency ?? defaultConcurrency,
  }
}
