import { type EventSourcePlan, planEventSource } from './event-sources.ts'
import { type FunctionPlan, planFunction } from './functions.ts'
import { conditionHolds } from './intrinsics.ts'
import { type NamedResource, NotRun } from './named-resource.ts'
import { physicalResources, type QueueUrl } from './physical.ts'
import { planQueue, type QueuePlan } from './queues.ts'
import { resolveTemplate } from './resolve.ts'
import { planRule, type RulePlan } from './rules.ts'
import { planSchedule, type SchedulePlan } from './schedules.ts'
import { type PhysicalResource, type StackIdentity, templateScope } from './scope.ts'
import { planTable, type TablePlan } from './tables.ts'
import { type JsonObject, parseTemplate } from './template.ts'

/** The parts of a packaged template that the local stack runs. */
export interface StackPlan {
  readonly tables: readonly TablePlan[]
  readonly queues: readonly QueuePlan[]
  /** The physical names of the SNS topics. */
  readonly topics: readonly string[]
  /** The physical names of the buses by logical id, without the default bus, which always exists. */
  readonly buses: Readonly<Record<string, string>>
  readonly rules: readonly RulePlan[]
  readonly schedules: readonly SchedulePlan[]
  readonly functions: readonly FunctionPlan[]
  readonly eventSources: readonly EventSourcePlan[]
  readonly notRun: readonly NotRunResource[]
}

/** A resource of the template that would act on AWS and that the local stack does not run. */
export interface NotRunResource {
  readonly logicalId: string
  readonly type: string
  /** Why it is not run, for a resource of a type that the local stack runs. */
  readonly reason?: string
}

/** Types that are left out without a note, because they have no effect on one machine. */
const ignoredTypes: ReadonlySet<string> = new Set([
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::CompositeAlarm',
  'AWS::Events::EventBusPolicy',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::KMS::Alias',
  'AWS::KMS::Key',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::Permission',
  'AWS::Lambda::Version',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
  'AWS::S3::BucketPolicy',
  'AWS::Scheduler::ScheduleGroup',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
])

const plannedTypes: ReadonlySet<string> = new Set([
  'AWS::DynamoDB::Table',
  'AWS::Events::EventBus',
  'AWS::Events::Rule',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue',
  'AWS::Scheduler::Schedule',
])

/** The stack for which a template is planned. */
export type PlanOptions = StackIdentity & {
  readonly parameters: Readonly<Record<string, string>>
  readonly queueUrl: QueueUrl
  /** Whether tables have the names of the template. Default: true; otherwise their names begin with that of the stack. */
  readonly ownTableNames?: boolean
}

/**
 * Returns the plan of a packaged template for a local stack. Throws Error, with the path, for what the stack does not
 * support.
 */
export function planStack(document: unknown, options: PlanOptions): StackPlan {
  const { each, unknown } = resources(document, options)
  const left: NotRunResource[] = [...unknown]
  const run = <Plan extends object>(type: string, plan: Planner<Plan>): Plan[] =>
    each(type).flatMap((resource) => {
      const planned = plan(resource)
      if (planned instanceof NotRun)
        left.push({ logicalId: resource.logicalId, type, reason: planned.reason })
      return planned === undefined || planned instanceof NotRun ? [] : [planned]
    })
  const queues = run('AWS::SQS::Queue', planQueue)
  const functions = run('AWS::Lambda::Function', planFunction)
  return {
    tables: run('AWS::DynamoDB::Table', planTable),
    queues,
    topics: each('AWS::SNS::Topic').map(({ names }) => names.name),
    buses: Object.fromEntries(
      each('AWS::Events::EventBus').map(({ logicalId, names }) => [logicalId, names.name]),
    ),
    rules: run('AWS::Events::Rule', planRule),
    schedules: run('AWS::Scheduler::Schedule', (resource) => planSchedule(resource, functions)),
    functions,
    eventSources: run('AWS::Lambda::EventSourceMapping', (resource) =>
      planEventSource(resource, queues, functions),
    ),
    notRun: left,
  }
}

/** Returns the plan of a resource, why it is not run, or undefined for a disabled resource. */
type Planner<Plan> = (resource: NamedResource) => Plan | NotRun | undefined

/** Resolves the resources of the types that are run, and lists the resources of other types. */
function resources(document: unknown, options: PlanOptions) {
  const template = parseTemplate(document)
  const unnamed = templateScope(template, options.parameters, options)
  const physical = physicalResources(template, unnamed, options)
  const types = new Set(Object.values(template.Resources).map(({ Type }) => Type))
  const resolved = resolveTemplate(template, { ...unnamed, physical }, types.difference(plannedTypes))
  const unknown = Object.entries(template.Resources)
    .filter(([, { Type }]) => !plannedTypes.has(Type) && !ignoredTypes.has(Type))
    .filter(
      ([logicalId, { Condition }]) =>
        Condition === undefined || conditionHolds(Condition, `Resources.${logicalId}`, unnamed),
    )
    .map(([logicalId, { Type: type }]) => ({ logicalId, type }))
  const each = (type: string): NamedResource[] =>
    Object.entries(resolved)
      .filter(([, resource]) => resource.type === type)
      .map(([logicalId, { properties }]) => namedResource(logicalId, properties, physical(logicalId)))
  return { each, unknown }
}

function namedResource(
  logicalId: string,
  properties: JsonObject,
  physical: PhysicalResource | undefined,
): NamedResource {
  const names = {
    name: physical?.name ?? logicalId,
    arn: physical?.attribute('Arn') ?? '',
    ref: physical?.ref ?? '',
  }
  return { logicalId, names, properties, path: `Resources.${logicalId}.Properties` }
}
