import { parameterValues } from './parameters.ts'
import type { Json, Template } from './template.ts'

/** The values of `Ref` and `Fn::GetAtt` for a resource. */
export interface PhysicalResource {
  readonly name: string
  readonly ref: string
  readonly attribute: (name: string) => string | undefined
}

/** The stack for which a template is resolved. */
export interface StackIdentity {
  readonly region: string
  readonly accountId: string
  readonly stackName: string
}

/** Everything to which a value of a template can refer. */
export interface Scope {
  readonly parameters: Readonly<Record<string, Json>>
  readonly conditions: Readonly<Record<string, Json>>
  readonly pseudo: Readonly<Record<string, string>>
  readonly physical: (logicalId: string) => PhysicalResource | undefined
}

/** Creates a scope with validated parameters and pseudo parameters, and without resource names. */
export function templateScope(
  template: Template,
  parameters: Readonly<Record<string, string>>,
  identity: StackIdentity,
): Scope {
  return {
    parameters: parameterValues(template.Parameters, parameters),
    conditions: template.Conditions,
    pseudo: {
      'AWS::Region': identity.region,
      'AWS::AccountId': identity.accountId,
      'AWS::StackName': identity.stackName,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
    },
    physical: () => undefined,
  }
}
