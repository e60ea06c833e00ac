import { z } from 'zod'
import type { PhysicalNames } from './physical.ts'
import type { QueuePlan } from './queues.ts'
import { type JsonObject, jsonSchema, parseAt } from './template.ts'
import { ignored, jsonText } from './values.ts'

const targetSchema = z.strictObject({
  Id: z.string(),
  Arn: z.string(),
  Input: z.string().optional(),
  InputPath: z.string().optional(),
  InputTransformer: z
    .strictObject({ InputPathsMap: z.record(z.string(), z.string()).default({}), InputTemplate: z.string() })
    .optional(),
  DeadLetterConfig: z.strictObject({ Arn: z.string() }).optional(),
  RetryPolicy: ignored,
})

const ruleSchema = z.strictObject({
  EventPattern: z.union([
    z.record(z.string(), jsonSchema),
    jsonText.transform((text) => JSON.parse(text) as unknown),
  ]),
  EventBusName: z.string().default('default'),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Targets: z.array(targetSchema).default([]),
  Name: ignored,
  Description: ignored,
  Tags: ignored,
})

/** What a target receives for an event. */
export type TargetInput =
  | { readonly kind: 'event' }
  | { readonly kind: 'constant'; readonly text: string }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'template'; readonly paths: Readonly<Record<string, string>>; readonly template: string }

/** One queue that a rule sends to. */
export interface TargetPlan {
  readonly id: string
  readonly queue: QueuePlan
  readonly input: TargetInput
  readonly deadLetterQueue: QueuePlan | undefined
}

/** One rule of a bus. */
export interface RulePlan {
  readonly logicalId: string
  readonly name: string
  readonly arn: string
  readonly bus: string
  readonly pattern: JsonObject
  readonly targets: readonly TargetPlan[]
}

/** Reads an `AWS::Events::Rule` that sends to queues; `undefined` when it is disabled. */
export function planRule(
  logicalId: string,
  { name, arn }: PhysicalNames,
  properties: unknown,
  path: string,
  queues: readonly QueuePlan[],
): RulePlan | undefined {
  const rule = parseAt(ruleSchema, properties, path)
  if (rule.State === 'DISABLED') return undefined
  const queueAt = (arn: string, at: string) => {
    const queue = queues.find((queue) => queue.arn === arn)
    if (queue === undefined) throw new Error(`${at}: ${arn} is not a queue of this stack`)
    return queue
  }
  return {
    logicalId,
    name,
    arn,
    bus: rule.EventBusName.replace(/^arn:.*:event-bus\//, ''),
    pattern: parseAt(z.record(z.string(), jsonSchema), rule.EventPattern, `${path}.EventPattern`),
    targets: rule.Targets.map((target, index) => ({
      id: target.Id,
      queue: queueAt(target.Arn, `${path}.Targets.${index}.Arn`),
      input: targetInput(target),
      deadLetterQueue:
        target.DeadLetterConfig &&
        queueAt(target.DeadLetterConfig.Arn, `${path}.Targets.${index}.DeadLetterConfig.Arn`),
    })),
  }
}

function targetInput(target: z.infer<typeof targetSchema>): TargetInput {
  const { Input, InputPath, InputTransformer } = target
  if (Input !== undefined) return { kind: 'constant', text: Input }
  if (InputPath !== undefined) return { kind: 'path', path: InputPath }
  if (InputTransformer === undefined) return { kind: 'event' }
  return { kind: 'template', paths: InputTransformer.InputPathsMap, template: InputTransformer.InputTemplate }
}
