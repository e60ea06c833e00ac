import { z } from 'zod'
import { type NamedResource, NotRun } from './named-resource.ts'
import { type JsonObject, jsonSchema, parseAt } from './template.ts'
import { ignored, jsonText } from './values.ts'

/** A target of a rule, in the form that CloudFormation and PutTargets share. */
export const targetSchema = z.looseObject({
  Id: z.string().min(1).max(64),
  Arn: z.string().startsWith('arn:', 'must be an ARN'),
  Input: z.string().optional(),
  InputPath: z.string().optional(),
  InputTransformer: z
    .strictObject({ InputPathsMap: z.record(z.string(), z.string()).default({}), InputTemplate: z.string() })
    .optional(),
  DeadLetterConfig: z.strictObject({ Arn: z.string().optional() }).optional(),
  SqsParameters: z.strictObject({ MessageGroupId: z.string().optional() }).optional(),
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
  RoleArn: ignored,
  ScheduleExpression: ignored,
  Tags: ignored,
})

/** What a target receives for an event. */
export type TargetInput =
  | { readonly kind: 'event' }
  | { readonly kind: 'constant'; readonly text: string }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'template'; readonly paths: Readonly<Record<string, string>>; readonly template: string }

/** A target of a rule. */
export interface TargetPlan {
  readonly id: string
  readonly arn: string
  readonly input: TargetInput
  readonly deadLetterArn?: string | undefined
  /** The message group, where the target is a FIFO queue. */
  readonly messageGroupId?: string | undefined
}

/** A rule of a bus. */
export interface RulePlan {
  readonly logicalId: string
  readonly name: string
  readonly arn: string
  readonly bus: string
  readonly pattern: JsonObject
  readonly state: 'ENABLED' | 'DISABLED'
  readonly targets: readonly TargetPlan[]
}

/** Returns the plan of an `AWS::Events::Rule` with an event pattern. */
export function planRule({ logicalId, names, properties, path }: NamedResource): RulePlan | NotRun {
  if (properties['EventPattern'] === undefined) return new NotRun('only rules with an EventPattern are run')
  const rule = parseAt(ruleSchema, properties, path)
  return {
    logicalId,
    name: names.name,
    arn: names.arn,
    bus: rule.EventBusName.replace(/^arn:.*:event-bus\//, ''),
    pattern: parseAt(z.record(z.string(), jsonSchema), rule.EventPattern, `${path}.EventPattern`),
    state: rule.State,
    targets: rule.Targets.map(planTarget),
  }
}

/** Returns the plan of a target. */
export function planTarget(target: z.infer<typeof targetSchema>): TargetPlan {
  return {
    id: target.Id,
    arn: target.Arn,
    input: targetInput(target),
    deadLetterArn: target.DeadLetterConfig?.Arn,
    messageGroupId: target.SqsParameters?.MessageGroupId,
  }
}

function targetInput(target: z.infer<typeof targetSchema>): TargetInput {
  const { Input, InputPath, InputTransformer } = target
  if (Input !== undefined) return { kind: 'constant', text: Input }
  if (InputPath !== undefined) return { kind: 'path', path: InputPath }
  if (InputTransformer === undefined) return { kind: 'event' }
  return { kind: 'template', paths: InputTransformer.InputPathsMap, template: InputTransformer.InputTemplate }
}
