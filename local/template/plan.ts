import { type EventSourcePlan, planEventSource } from './event-sources.ts'
import { type FunctionPlan, planFunction } from './functions.ts'
import { type PhysicalNames, physicalResources, type QueueUrl } from './physical.ts'
import { planQueue, type QueuePlan } from './queues.ts'
import { resolveTemplate } from './resolve.ts'
import { planRule, type RulePlan } from './rules.ts'
import { planSchedule, type SchedulePlan } from './schedules.ts'
import { type PhysicalResource, type StackIdentity, templateScope } from './scope.ts'
import { planTable, type TablePlan } from './tables.ts'
import { type JsonObject, parseTemplate } from './template.ts'

/** Everything that the local stack brings up, read from a packaged template. */
export interface StackPlan {
  readonly tables: readonly TablePlan[]
  readonly queues: readonly QueuePlan[]
  /** Physical names by logical id. The default bus always exists and is not listed. */
  readonly buses: Readonly<Record<string, string>>
  readonly rules: readonly RulePlan[]
  readonly schedules: readonly SchedulePlan[]
  readonly functions: readonly FunctionPlan[]
  readonly eventSources: readonly EventSourcePlan[]
}

/** Nothing on one machine stands for these: no IAM, no encryption keys, no CloudWatch, no deployment artefacts. */
const ignoredTypes: ReadonlySet<string> = new Set([
  'AWS::Budgets::Budget',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::CompositeAlarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::Events::Archive',
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
  'AWS::Logs::MetricFilter',
  'AWS::Logs::QueryDefinition',
  'AWS::S3::Bucket',
  'AWS::S3::BucketPolicy',
  'AWS::Scheduler::ScheduleGroup',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
])

const plannedTypes: ReadonlySet<string> = new Set([
  'AWS::DynamoDB::Table',
  'AWS::Events::EventBus',
  'AWS::Events::Rule',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::SQS::Queue',
  'AWS::Scheduler::Schedule',
])

/** Resolves a packaged template for one local stack and plans what to bring up. */
export function planStack(
  document: unknown,
  options: StackIdentity & {
    readonly parameters: Readonly<Record<string, string>>
    readonly queueUrl: QueueUrl
  },
): StackPlan {
  const template = parseTemplate(document)
  const unnamed = templateScope(template, options.parameters, options)
  const physical = physicalResources(template, unnamed, options, options.queueUrl)
  const resolved = resolveTemplate(template, { ...unnamed, physical }, ignoredTypes)

  for (const [logicalId, { type }] of Object.entries(resolved)) {
    if (!plannedTypes.has(type))
      throw new Error(`Resources.${logicalId}: the local stack has nothing for ${type}`)
  }
  const each = <Plan>(type: string, plan: (resource: NamedResource) => Plan | undefined): Plan[] =>
    Object.entries(resolved)
      .filter(([, resource]) => resource.type === type)
      .map(([logicalId, { properties }]) => plan(namedResource(logicalId, properties, physical(logicalId))))
      .filter((planned) => planned !== undefined)

  const queues = each('AWS::SQS::Queue', ({ logicalId, names, properties, path }) =>
    planQueue(logicalId, names, properties, path),
  )
  const functions = each('AWS::Lambda::Function', ({ logicalId, names, properties, path }) =>
    planFunction(logicalId, names, properties, path),
  )
  return {
    tables: each('AWS::DynamoDB::Table', ({ logicalId, names, properties, path }) =>
      planTable(logicalId, names.name, properties, path),
    ),
    queues,
    buses: Object.fromEntries(
      each('AWS::Events::EventBus', ({ logicalId, names }) => [logicalId, names.name]),
    ),
    rules: each('AWS::Events::Rule', ({ logicalId, names, properties, path }) =>
      planRule(logicalId, names, properties, path, queues),
    ),
    schedules: each('AWS::Scheduler::Schedule', ({ logicalId, names, properties, path }) =>
      planSchedule(logicalId, names, properties, path, functions),
    ),
    functions,
    eventSources: each('AWS::Lambda::EventSourceMapping', ({ logicalId, properties, path }) =>
      planEventSource(logicalId, properties, path, queues, functions),
    ),
  }
}

interface NamedResource {
  readonly logicalId: string
  readonly names: PhysicalNames
  readonly properties: JsonObject
  readonly path: string
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
