import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { releasedTemplate } from '../../../infra/released-template.ts'
import { decideConditions } from '../../../infra/template-diff.ts'
import { templateOptions } from '../../../infra/template-options.ts'
import { packagedTemplate, type Template } from '../../../local/package.ts'

/**
 * The template that a tool reads: the packaged template, its resources with the default settings, or the resources of
 * the released template, whose code is in the user's own bucket, with every option on.
 */
export type TemplateName = 'packaged' | 'default' | 'options'

/** Options that replace a resource of the template with an existing one. */
const replacing = new Set(['CatalogRoleArn', 'AlarmTopicArn', 'NotificationTopicArn'])

const everyOption = (): Record<string, string> =>
  Object.fromEntries(
    templateOptions
      .flatMap(({ settings }) => Object.entries(settings))
      .filter(([setting]) => !replacing.has(setting)),
  )

const resourcesWith = (template: Template, settings: Readonly<Record<string, string>>) => ({
  AWSTemplateFormatVersion: '2010-09-09',
  Parameters: template.Parameters,
  Resources: decideConditions(template, settings) as Template['Resources'],
})

/**
 * Writes the three templates to `folder` and returns their paths. Tools that cannot evaluate an If read the last two.
 */
export const writeTemplates = async (folder: string): Promise<Readonly<Record<TemplateName, string>>> => {
  const { template } = await packagedTemplate()
  const paths = {
    packaged: join(folder, 'packaged.json'),
    default: join(folder, 'default.json'),
    options: join(folder, 'options.json'),
  }
  await mkdir(folder, { recursive: true })
  const write = (path: string, value: unknown) => writeFile(path, JSON.stringify(value, undefined, 2))
  await write(paths.packaged, template)
  await write(paths.default, resourcesWith(template, { AlarmEmail: 'on-call@example.com' }))
  const released = releasedTemplate(template, (zip) => zip) as unknown as Template
  const options = resourcesWith(released, { ...everyOption(), CodeBucket: 'zip-files' })
  await write(paths.options, options)
  await mkdir(join(folder, 'policies'))
  for (const [name, policy] of policiesOf(options.Resources))
    await write(join(folder, 'policies', `${name}.json`), policy)
  return paths
}

/** The part of an ARN before the name, by resource type. */
const arns: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::Table': 'dynamodb:eu-west-1:111122223333:table/',
  'AWS::Events::EventBus': 'events:eu-west-1:111122223333:event-bus/',
  'AWS::IAM::Role': 'iam::111122223333:role/',
  'AWS::Lambda::Function': 'lambda:eu-west-1:111122223333:function:',
  'AWS::Logs::LogGroup': 'logs:eu-west-1:111122223333:log-group:',
  'AWS::SNS::Topic': 'sns:eu-west-1:111122223333:',
  'AWS::SQS::Queue': 'sqs:eu-west-1:111122223333:',
}

type Resources = Template['Resources']

/** Returns a policy document as IAM receives it, with sample ARNs instead of references. */
const asIamSees = (document: unknown, resources: Resources): unknown => {
  const arnOf = (name: string) => {
    const type = resources[name]?.Type ?? ''
    return `arn:aws:${arns[type] ?? ''}${name}${type === 'AWS::Logs::LogGroup' ? ':*' : ''}`
  }
  return JSON.parse(
    JSON.stringify(document, (_, value) => {
      if (typeof value !== 'object' || value === null) return value
      if ('Fn::GetAtt' in value) return arnOf(value['Fn::GetAtt'][0])
      if ('Ref' in value) return arnOf(value.Ref)
      if ('Fn::Sub' in value) return filledIn(value['Fn::Sub'], arnOf)
      return value
    }),
  )
}

const pseudo: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-1',
  'AWS::AccountId': '111122223333',
}

const filledIn = (text: string, arnOf: (name: string) => string): string =>
  text.replace(/\$\{([\w:]+)(\.Arn)?\}/g, (_, name: string, arn?: string) =>
    arn === undefined ? (pseudo[name] ?? name) : arnOf(name),
  )

interface Named {
  readonly PolicyName: string
  readonly PolicyDocument: unknown
}

/** Returns each policy of the roles, named `<resource>-<policy>`. */
const policiesOf = (resources: Resources): [string, unknown][] =>
  Object.entries(resources).flatMap(([name, { Type, Properties = {} }]) => {
    const found =
      Type === 'AWS::IAM::Role'
        ? (Properties['Policies'] as readonly Named[])
        : Type === 'AWS::IAM::Policy'
          ? [Properties as unknown as Named]
          : []
    return found.map(({ PolicyName, PolicyDocument }): [string, unknown] => [
      `${name}-${PolicyName}`,
      asIamSees(PolicyDocument, resources),
    ])
  })
