import { z } from 'zod'
import type { NamedResource } from './named-resource.ts'
import { parseAt } from './template.ts'
import { flag, ignored, jsonText, numeric } from './values.ts'

const queueSchema = z.strictObject({
  VisibilityTimeout: numeric.optional(),
  MessageRetentionPeriod: numeric.optional(),
  ReceiveMessageWaitTimeSeconds: numeric.optional(),
  DelaySeconds: numeric.optional(),
  MaximumMessageSize: numeric.optional(),
  RedrivePolicy: z.strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: numeric }).optional(),
  RedriveAllowPolicy: jsonText.optional(),
  SqsManagedSseEnabled: flag.optional(),
  FifoQueue: flag.optional(),
  ContentBasedDeduplication: flag.optional(),
  DeduplicationScope: z.string().optional(),
  FifoThroughputLimit: z.string().optional(),
  QueueName: ignored,
  KmsMasterKeyId: ignored,
  KmsDataKeyReusePeriodSeconds: ignored,
  Tags: ignored,
})

/** A queue to create. */
export interface QueuePlan {
  readonly logicalId: string
  readonly name: string
  readonly arn: string
  readonly url: string
  readonly visibilityTimeoutMs: number
  /** The attributes in the form of CreateQueue. */
  readonly attributes: Readonly<Record<string, string>>
}

/** The default of SQS. */
const defaultVisibilitySeconds = 30

/** Returns the plan of an `AWS::SQS::Queue`. */
export function planQueue({ logicalId, names, properties, path }: NamedResource): QueuePlan {
  const { QueueName, KmsMasterKeyId, KmsDataKeyReusePeriodSeconds, Tags, ...queue } = parseAt(
    queueSchema,
    properties,
    path,
  )
  const attributes = Object.entries(queue).map(([key, value]) => [
    key,
    typeof value === 'object' ? JSON.stringify(value) : String(value),
  ])
  return {
    logicalId,
    name: names.name,
    arn: names.arn,
    url: names.ref,
    visibilityTimeoutMs: (queue.VisibilityTimeout ?? defaultVisibilitySeconds) * 1000,
    attributes: Object.fromEntries(attributes),
  }
}
