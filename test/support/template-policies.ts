import * as z from 'zod/mini'
import type { Template } from '../../local/package.ts'

const oneOrMany = z.union([z.unknown(), z.array(z.unknown())])
const statementSchema = z.object({
  Sid: z.optional(z.string()),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.optional(z.unknown()),
  Action: z.union([z.string(), z.array(z.string())]),
  Resource: z.optional(oneOrMany),
  Condition: z.optional(z.unknown()),
})
/** A policy document. An option of the template adds a statement as `Fn::If` with NoValue; parsing drops those. */
const documentSchema = z.object({
  Version: z.literal('2012-10-17'),
  Statement: z.pipe(
    z.array(
      z.union([
        statementSchema,
        z.object({
          'Fn::If': z.tuple([z.string(), statementSchema, z.object({ Ref: z.literal('AWS::NoValue') })]),
        }),
      ]),
    ),
    z.transform((statements) => statements.flatMap((one) => ('Fn::If' in one ? [] : [one]))),
  ),
})
const ownPolicySchema = z.object({ PolicyName: z.string(), PolicyDocument: documentSchema })
/** A policy of a role. A policy that an option adds is an `Fn::If` with NoValue. */
const policySchema = z.union([
  ownPolicySchema,
  z.object({
    'Fn::If': z.tuple([z.string(), ownPolicySchema, z.object({ Ref: z.literal('AWS::NoValue') })]),
  }),
])
const roleSchema = z.object({
  Description: z.string(),
  AssumeRolePolicyDocument: documentSchema,
  Policies: z.array(policySchema),
})
export const queuePolicySchema = z.object({
  Queues: z.array(z.object({ Ref: z.string() })),
  PolicyDocument: documentSchema,
})

const asList = <Item>(value: Item | Item[]): Item[] => (Array.isArray(value) ? value : [value])

export const attachedSchema = z.object({
  Roles: z.array(z.object({ Ref: z.string() })),
  PolicyDocument: documentSchema,
})

const referenceSchema = z.union([
  z.pipe(
    z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }),
    z.transform((it) => it['Fn::GetAtt'].join('.')),
  ),
  z.pipe(
    z.object({ 'Fn::Sub': z.string() }),
    z.transform((it) => it['Fn::Sub']),
  ),
  z.pipe(
    z.object({ 'Fn::If': z.tuple([z.string(), z.unknown(), z.unknown()]) }),
    z.transform((it) => it['Fn::If'][0]),
  ),
  z.string(),
])
export const nameOf = (resource: unknown): string => referenceSchema.parse(resource)

/** Reads the roles and policies of a template. */
export const templatePolicies = (template: Template) => {
  const propertiesOf = (type: string): [string, unknown][] =>
    Object.entries(template.Resources).flatMap(([name, { Type, Properties }]) =>
      Type === type ? [[name, Properties]] : [],
    )

  const roleOf = (name: string) => roleSchema.parse(template.Resources[name]?.Properties)

  /** Returns the policies of a role: its own, and those that the template attaches. */
  const policiesOfRole = (role: string) => {
    const attached = propertiesOf('AWS::IAM::Policy').flatMap(([name, properties]) => {
      // A policy with a condition belongs to an option, which test/package/options.test.ts covers.
      if (template.Resources[name]?.['Condition'] !== undefined) return []
      const { Roles, PolicyDocument } = attachedSchema.parse(properties)
      return Roles.some(({ Ref }) => Ref === role) ? [PolicyDocument] : []
    })
    const own = roleOf(role).Policies.flatMap((policy) => ('Fn::If' in policy ? [] : [policy.PolicyDocument]))
    return [...own, ...attached]
  }

  /** Returns `action resource` for each pair that a role allows. */
  const grantsOf = (role: string): string[] =>
    policiesOfRole(role)
      .flatMap(({ Statement }) => Statement)
      .flatMap(({ Action, Resource }) =>
        asList(Action).flatMap((action) =>
          asList(Resource).map((resource) => `${action} ${nameOf(resource)}`),
        ),
      )
      .sort()

  return { propertiesOf, roleOf, policiesOfRole, grantsOf }
}
