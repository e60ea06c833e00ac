import { z } from 'zod'
import type { FunctionPlan } from './functions.ts'
import { type NamedResource, NotRun } from './named-resource.ts'
import { ratePeriodMs } from './rate.ts'
import { parseAt } from './template.ts'
import { ignored } from './values.ts'

const scheduleSchema = z.strictObject({
  ScheduleExpression: z.string(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  FlexibleTimeWindow: z.looseObject({ Mode: z.enum(['OFF', 'FLEXIBLE']) }),
  Target: z.looseObject({
    Arn: z.string(),
    Input: z.string().optional(),
    RoleArn: ignored,
    RetryPolicy: ignored,
    DeadLetterConfig: ignored,
  }),
  Name: ignored,
  GroupName: ignored,
  Description: ignored,
  ScheduleExpressionTimezone: ignored,
  KmsKeyArn: ignored,
  StartDate: ignored,
  EndDate: ignored,
})

/** A function to invoke periodically. */
export interface SchedulePlan {
  readonly logicalId: string
  readonly arn: string
  readonly periodMs: number
  readonly function: FunctionPlan
  /** The input of the target as text; undefined: Scheduler's standard event. */
  readonly input: string | undefined
}

/** Returns the plan of an `AWS::Scheduler::Schedule` that invokes a function, or undefined when it is disabled. */
export function planSchedule(
  { logicalId, names, properties, path }: NamedResource,
  functions: readonly FunctionPlan[],
): SchedulePlan | NotRun | undefined {
  const schedule = parseAt(scheduleSchema, properties, path)
  if (schedule.State === 'DISABLED') return undefined
  const target = functions.find(({ arn }) => arn === schedule.Target.Arn)
  if (target === undefined)
    return new NotRun(`its target ${schedule.Target.Arn} is not a function that is run`)
  if (!schedule.ScheduleExpression.startsWith('rate(')) return new NotRun('only rate expressions are run')
  return {
    logicalId,
    arn: names.arn,
    periodMs: ratePeriodMs(schedule.ScheduleExpression),
    function: target,
    input: schedule.Target.Input,
  }
}
