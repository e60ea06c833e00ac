import { resolveValue } from './intrinsics.ts'
import type { PhysicalResource, Scope, StackIdentity } from './scope.ts'
import type { Template } from './template.ts'

/** Returns the URL of a queue from its physical name. */
export type QueueUrl = (queueName: string) => string

/** The physical names of a resource. */
export interface PhysicalNames {
  readonly name: string
  readonly arn: string
  readonly ref: string
}

interface Kind {
  /** The property with which a template can set the physical name. */
  readonly nameProperty?: string
  readonly physical: (
    name: string,
    arn: (service: string, resource: string) => string,
    queueUrl: QueueUrl,
  ) => PhysicalResource
}

const kinds: Readonly<Record<string, Kind>> = {
  'AWS::SQS::Queue': {
    nameProperty: 'QueueName',
    physical: (name, arn, queueUrl) =>
      named(name, queueUrl(name), { Arn: arn('sqs', name), QueueName: name, QueueUrl: queueUrl(name) }),
  },
  'AWS::DynamoDB::Table': {
    nameProperty: 'TableName',
    physical: (name, arn) => named(name, name, { Arn: arn('dynamodb', `table/${name}`) }),
  },
  'AWS::Lambda::Function': {
    nameProperty: 'FunctionName',
    physical: (name, arn) => named(name, name, { Arn: arn('lambda', `function:${name}`) }),
  },
  'AWS::Events::EventBus': {
    nameProperty: 'Name',
    physical: (name, arn) => named(name, name, { Arn: arn('events', `event-bus/${name}`), Name: name }),
  },
  'AWS::Events::Rule': {
    nameProperty: 'Name',
    physical: (name, arn) => named(name, name, { Arn: arn('events', `rule/${name}`) }),
  },
  'AWS::Scheduler::Schedule': {
    nameProperty: 'Name',
    physical: (name, arn) => named(name, name, { Arn: arn('scheduler', `schedule/default/${name}`) }),
  },
  'AWS::SNS::Topic': {
    nameProperty: 'TopicName',
    physical: (name, arn) => named(name, arn('sns', name), { TopicArn: arn('sns', name), TopicName: name }),
  },
  'AWS::Events::ApiDestination': {
    nameProperty: 'Name',
    physical: (name, arn) => named(name, name, { Arn: arn('events', `api-destination/${name}`) }),
  },
  'AWS::Events::Connection': {
    nameProperty: 'Name',
    physical: (name, arn) => named(name, name, { Arn: arn('events', `connection/${name}`) }),
  },
}

/** The options on which physical names depend. */
export type NamingOptions = StackIdentity & {
  readonly queueUrl: QueueUrl
  readonly ownTableNames?: boolean
}

const tableType = 'AWS::DynamoDB::Table'

/**
 * Returns a function that names resources as CloudFormation does: by their name property, else `<stack>-<logical id>`.
 */
export function physicalResources(
  template: Template,
  scope: Scope,
  options: NamingOptions,
): (logicalId: string) => PhysicalResource | undefined {
  const { queueUrl, ownTableNames } = options
  const arn = (service: string, resource: string) =>
    `arn:aws:${service}:${options.region}:${options.accountId}:${resource}`
  return (logicalId) => {
    const resource = template.Resources[logicalId]
    if (resource === undefined) return undefined
    const kind = kinds[resource.Type]
    const generated = `${options.stackName}-${logicalId}`
    if (kind === undefined) return placeholder(generated, arn('local', generated))
    const own = kind.nameProperty === undefined ? undefined : resource.Properties?.[kind.nameProperty]
    const path = `Resources.${logicalId}.Properties.${kind.nameProperty}`
    const name = own === undefined ? undefined : resolveValue(own, path, scope)
    const isNamed = typeof name === 'string' && !(resource.Type === tableType && ownTableNames === false)
    return kind.physical(isNamed ? name : generated, arn, queueUrl)
  }
}

function named(name: string, ref: string, attributes: Readonly<Record<string, string>>): PhysicalResource {
  return { name, ref, attribute: (name) => attributes[name] }
}

/** Returns names for a resource that does not exist locally, such as a role. Every attribute is its ARN. */
function placeholder(name: string, arn: string): PhysicalResource {
  return { name, ref: name, attribute: () => arn }
}
