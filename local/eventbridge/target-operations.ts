import { z } from 'zod'
import { planTarget, type TargetPlan, targetSchema } from '../template/rules.ts'
import { busNameOf } from './arn.ts'
import { parseInput, ServiceError } from './aws-json.ts'
import { pageOf } from './page.ts'
import type { RuleBook } from './rule-book.ts'

const ofRule = z.looseObject({ Rule: z.string().min(1), EventBusName: z.string().optional() })
const listTargets = ofRule.extend({
  Limit: z.int().min(1).max(100).optional(),
  NextToken: z.string().optional(),
})
const putTargets = ofRule.extend({ Targets: z.array(targetSchema).min(1).max(100) })
const removeTargets = ofRule.extend({ Ids: z.array(z.string()).min(1).max(100) })

/** EventBridge's quota of targets per rule. */
const maximumTargets = 5

/** Returns the operations on the targets of rules. */
export function targetOperations(rules: RuleBook) {
  return {
    ListTargetsByRule: (input: unknown) => {
      const { Rule, EventBusName, ...request } = parseInput(listTargets, input)
      const { page, ...next } = pageOf(rules.get(busNameOf(EventBusName), Rule).targets, request)
      return { Targets: page.map(wireTarget), ...next }
    },
    PutTargets: (input: unknown) => {
      const { Rule, EventBusName, Targets } = parseInput(putTargets, input)
      const rule = rules.get(busNameOf(EventBusName), Rule)
      const added = Targets.map(planTarget)
      const ids = new Set(added.map(({ id }) => id))
      const targets = [...rule.targets.filter(({ id }) => !ids.has(id)), ...added]
      if (targets.length > maximumTargets)
        throw new ServiceError('LimitExceededException', `A rule has at most ${maximumTargets} targets.`)
      rules.put({ ...rule, targets })
      return { FailedEntryCount: 0, FailedEntries: [] }
    },
    RemoveTargets: (input: unknown) => {
      const { Rule, EventBusName, Ids } = parseInput(removeTargets, input)
      const rule = rules.get(busNameOf(EventBusName), Rule)
      const unknown = Ids.filter((id) => rule.targets.every((target) => target.id !== id))
      rules.put({ ...rule, targets: rule.targets.filter(({ id }) => !Ids.includes(id)) })
      const FailedEntries = unknown.map((TargetId) => ({
        TargetId,
        ErrorCode: 'ResourceNotFoundException',
        ErrorMessage: `Rule ${Rule} does not have a target with the id ${TargetId}.`,
      }))
      return { FailedEntryCount: FailedEntries.length, FailedEntries }
    },
  }
}

function wireTarget({ id, arn, input, deadLetterArn, messageGroupId }: TargetPlan) {
  return {
    Id: id,
    Arn: arn,
    ...(input.kind === 'constant' && { Input: input.text }),
    ...(input.kind === 'path' && { InputPath: input.path }),
    ...(input.kind === 'template' && {
      InputTransformer: { InputPathsMap: input.paths, InputTemplate: input.template },
    }),
    ...(deadLetterArn !== undefined && { DeadLetterConfig: { Arn: deadLetterArn } }),
    ...(messageGroupId !== undefined && { SqsParameters: { MessageGroupId: messageGroupId } }),
  }
}
