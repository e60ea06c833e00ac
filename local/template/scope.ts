import { parameterValues } from './parameters.ts'
import type { Json, Template } from './template.ts'

/** What `Ref` and `Fn::GetAtt` give for one resource. */
export interface PhysicalResource {
  readonly name: string
  readonly ref: string
  readonly attribute: (name: string) => string | undefined
}

/** The stack a template is resolved for. */
export interface StackIdentity {
  readonly region: string
  readonly accountId: string
  readonly stackName: string
}

/** Everything a value of a template may refer to. */
export interface Scope {
  readonly parameters: Readonly<Record<string, Json>>
  readonly conditions: Readonly<Record<string, Json>>
  readonly pseudo: Readonly<Record<string, string>>
  readonly physical: (logicalId: string) => PhysicalResource | undefined
}

/** Starts a scope: parameters checked, pseudo parameters set, no resources named yet. */
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
