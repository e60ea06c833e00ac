import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { packagedTemplate, type Template } from '../../local/package.ts'
import { attachedSchema, templatePolicies } from '../support/template-policies.ts'

let template: Template
let policies: ReturnType<typeof templatePolicies>

beforeAll(async () => {
  template = (await packagedTemplate()).template
  policies = templatePolicies(template)
})

describe('a role (P12)', () => {
  test('exists once per function and once for the schedule', () => {
    expect(policies.propertiesOf('AWS::IAM::Role').map(([name]) => name)).toEqual([
      'StarterRole',
      'PollerRole',
      'ObserverRole',
      'CatalogRole',
      'SweepScheduleRole',
      'NotifierRole',
    ])
    const used = policies
      .propertiesOf('AWS::Lambda::Function')
      .map(([name, properties]) => [name, z.looseObject({ Role: z.unknown() }).parse(properties).Role])
    expect(Object.fromEntries(used)).toEqual({
      StarterLambdaFunction: { 'Fn::GetAtt': ['StarterRole', 'Arn'] },
      PollerLambdaFunction: { 'Fn::GetAtt': ['PollerRole', 'Arn'] },
      ObserverLambdaFunction: { 'Fn::GetAtt': ['ObserverRole', 'Arn'] },
      NotifierLambdaFunction: { 'Fn::GetAtt': ['NotifierRole', 'Arn'] },
    })
  })

  test('grants the starter exactly these actions', () => {
    expect(policies.grantsOf('StarterRole')).toEqual([
      'dynamodb:DeleteItem RunTable.Arn',
      'dynamodb:GetItem RunTable.Arn',
      'dynamodb:PutItem RunTable.Arn',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own placeholder
      'dynamodb:Query ${RunTable.Arn}/index/byActiveUntil',
      'dynamodb:Query RunTable.Arn',
      'dynamodb:UpdateItem RunTable.Arn',
      'events:PutEvents RunEventBus.Arn',
      'logs:CreateLogStream StarterLogGroup.Arn',
      'logs:PutLogEvents StarterLogGroup.Arn',
      'sqs:ChangeMessageVisibility RequestQueue.Arn',
      'sqs:DeleteMessage RequestQueue.Arn',
      'sqs:GetQueueAttributes RequestQueue.Arn',
      'sqs:ReceiveMessage RequestQueue.Arn',
      'sqs:SendMessage RejectedQueue.Arn',
      'sts:AssumeRole CreatesCatalogRole',
    ])
  })

  test('grants the poller exactly these actions', () => {
    expect(policies.grantsOf('PollerRole')).toEqual([
      'dynamodb:GetItem RunTable.Arn',
      'dynamodb:PutItem RunTable.Arn',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own placeholder
      'dynamodb:Query ${RunTable.Arn}/index/work',
      'dynamodb:Query RunTable.Arn',
      'dynamodb:UpdateItem RunTable.Arn',
      'events:PutEvents RunEventBus.Arn',
      'logs:CreateLogStream PollerLogGroup.Arn',
      'logs:PutLogEvents PollerLogGroup.Arn',
      'sqs:SendMessage RejectedQueue.Arn',
      'sqs:SendMessage RequestQueue.Arn',
      'sts:AssumeRole CreatesCatalogRole',
    ])
  })

  test('grants the observer exactly these actions', () => {
    expect(policies.grantsOf('ObserverRole')).toEqual([
      'dynamodb:PutItem RunTable.Arn',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own placeholder
      'dynamodb:Query ${RunTable.Arn}/index/byActiveUntil',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own placeholder
      'dynamodb:Query ${RunTable.Arn}/index/byRunId',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own placeholder
      'dynamodb:Query ${RunTable.Arn}/index/work',
      'dynamodb:Query RunTable.Arn',
      'dynamodb:UpdateItem RunTable.Arn',
      'events:PutEvents RunEventBus.Arn',
      'logs:CreateLogStream ObserverLogGroup.Arn',
      'logs:PutLogEvents ObserverLogGroup.Arn',
      'sqs:ChangeMessageVisibility HintQueue.Arn',
      'sqs:DeleteMessage HintQueue.Arn',
      'sqs:GetQueueAttributes HintQueue.Arn',
      'sqs:ReceiveMessage HintQueue.Arn',
      'sts:AssumeRole CreatesCatalogRole',
    ])
  })

  test('grants the notifier exactly these actions', () => {
    expect(policies.grantsOf('NotifierRole')).toEqual([
      'logs:CreateLogStream NotifierLogGroup.Arn',
      'logs:PutLogEvents NotifierLogGroup.Arn',
      'sns:Publish GivesNotificationTopic',
      'sqs:DeleteMessage NotificationQueue.Arn',
      'sqs:GetQueueAttributes NotificationQueue.Arn',
      'sqs:ReceiveMessage NotificationQueue.Arn',
    ])
  })

  test('grants the catalog role exactly these actions, and DataZone actions to no other role', () => {
    expect(policies.grantsOf('CatalogRole')).toEqual([
      'datazone:CancelMetadataGenerationRun *',
      'datazone:GetAsset *',
      'datazone:GetDataSource *',
      'datazone:GetDataSourceRun *',
      'datazone:GetMetadataGenerationRun *',
      'datazone:GetProject *',
      'datazone:ListDataSourceRuns *',
      'datazone:ListMetadataGenerationRuns *',
      'datazone:StartDataSourceRun *',
      'datazone:StartMetadataGenerationRun *',
    ])
  })

  test('lets the functions assume the created or the given catalog role', () => {
    const { PolicyDocument } = attachedSchema.parse(template.Resources['FunctionsPolicy']?.Properties)
    expect(PolicyDocument.Statement.map(({ Resource }) => Resource)).toEqual([
      {
        'Fn::If': ['CreatesCatalogRole', { 'Fn::GetAtt': ['CatalogRole', 'Arn'] }, { Ref: 'CatalogRoleArn' }],
      },
    ])
    expect(template.Resources['CatalogRole']).toMatchObject({ Condition: 'CreatesCatalogRole' })
    for (const name of ['Starter', 'Poller', 'Observer'])
      expect(template.Resources[`${name}LambdaFunction`]).toMatchObject({
        DependsOn: expect.arrayContaining(['FunctionsPolicy']),
      })
  })

  test('grants the scheduler exactly these actions', () => {
    expect(policies.grantsOf('SweepScheduleRole')).toEqual([
      'lambda:InvokeFunction PollerLambdaFunction.Arn',
      'sqs:SendMessage ScheduleDeadLetterQueue.Arn',
    ])
  })

  test('trusts only its service, and the scheduler only for this account', () => {
    const trustOf = (role: string) => policies.roleOf(role).AssumeRolePolicyDocument.Statement
    const lambda = [
      { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ]
    expect(trustOf('StarterRole')).toEqual(lambda)
    expect(trustOf('PollerRole')).toEqual(lambda)
    expect(trustOf('ObserverRole')).toEqual(lambda)
    expect(trustOf('NotifierRole')).toEqual(lambda)
    expect(trustOf('CatalogRole')).toEqual([
      {
        Effect: 'Allow',
        Principal: {
          AWS: ['StarterRole', 'PollerRole', 'ObserverRole'].map((role) => ({ 'Fn::GetAtt': [role, 'Arn'] })),
        },
        Action: 'sts:AssumeRole',
      },
    ])
    expect(trustOf('SweepScheduleRole')).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 'scheduler.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      },
    ])
  })

  test('names each action, and each resource except for DataZone, whose actions support no resource type', () => {
    const grants = policies.propertiesOf('AWS::IAM::Role').flatMap(([name]) => policies.grantsOf(name))
    expect(grants.filter((grant) => /\*/.test(grant) && !/^datazone:[A-Za-z]+ \*$/.test(grant))).toEqual([])
  })
})

const metafileSchema = z.object({ inputs: z.record(z.string(), z.unknown()) })

/** Returns the adapters in the functions' bundles. Adapters of the CLI alone run with the permissions of its user. */
const bundledAdapters = async (): Promise<string[]> => {
  const { directory } = await packagedTemplate()
  const inputs = await Promise.all(
    ['starter', 'poller', 'observer', 'notifier'].map(async (name) => {
      const text = await readFile(join(directory, 'dist', `${name}.meta.json`), 'utf8')
      return Object.keys(metafileSchema.parse(JSON.parse(text)).inputs)
    }),
  )
  return [...new Set(inputs.flat())].flatMap(
    (file) => /(?:^|\/)lib\/adapters\/(.+\.ts)$/.exec(file)?.[1] ?? [],
  )
}

/** Returns the IAM actions for the adapters' commands. A batch or a transaction needs the actions of its parts. */
const actionsSent = async (): Promise<string[]> => {
  const adapters = resolve(import.meta.dirname, '..', '..', 'lib', 'adapters')
  const files = await bundledAdapters()
  expect(files.length).toBeGreaterThan(10)
  const actions = await Promise.all(
    files.map(async (file) => {
      const service = services[dirname(file)]
      const text = await readFile(join(adapters, file), 'utf8')
      return [...text.matchAll(/\bnew (\w+)Command\(/g)].flatMap(([, command = '']) =>
        (parts[command] ?? [command]).map((action) => `${service}:${action}`),
      )
    }),
  )
  return [...new Set(actions.flat())].sort()
}
const services: Record<string, string> = {
  sns: 'sns',
  sts: 'sts',
  datazone: 'datazone',
  dynamodb: 'dynamodb',
  eventbridge: 'events',
  sqs: 'sqs',
}
const parts: Record<string, string[]> = {
  TransactWriteItems: ['PutItem', 'UpdateItem', 'DeleteItem'],
  SendMessageBatch: ['SendMessage'],
  ChangeMessageVisibilityBatch: ['ChangeMessageVisibility'],
}

describe('the code of the functions', () => {
  test('calls exactly the actions that the roles allow (P12)', async () => {
    const byLambda = /^(logs|lambda):|^sqs:(ReceiveMessage|DeleteMessage|GetQueueAttributes)$/
    const allowed = ['StarterRole', 'PollerRole', 'ObserverRole', 'CatalogRole', 'NotifierRole']
      .flatMap(policies.grantsOf)
      .map((grant) => grant.replace(/ .*/, ''))
    const forOurCode = [...new Set(allowed)].filter((action) => !byLambda.test(action))
    expect(await actionsSent()).toEqual(forOurCode.sort())
  })
})
