import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { eventSource } from '../../lib/contracts/run-event.ts'
import { packagedTemplate, type Template } from '../../local/package.ts'

const oneOrMany = z.union([z.unknown(), z.array(z.unknown())])
const statementSchema = z.object({
  Sid: z.optional(z.string()),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.optional(z.unknown()),
  Action: z.union([z.string(), z.array(z.string())]),
  Resource: z.optional(oneOrMany),
  Condition: z.optional(z.unknown()),
})
/** The statements that are there without any option; an option adds an If with nothing on its other side. */
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
/** A policy that an option adds is an If with nothing on its other side. */
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
const queuePolicySchema = z.object({
  Queues: z.array(z.object({ Ref: z.string() })),
  PolicyDocument: documentSchema,
})

const asList = <Item>(value: Item | Item[]): Item[] => (Array.isArray(value) ? value : [value])

let template: Template

beforeAll(async () => {
  template = (await packagedTemplate()).template
})

const propertiesOf = (type: string): [string, unknown][] =>
  Object.entries(template.Resources).flatMap(([name, { Type, Properties }]) =>
    Type === type ? [[name, Properties]] : [],
  )

const roleOf = (name: string) => roleSchema.parse(template.Resources[name]?.Properties)

const attachedSchema = z.object({
  Roles: z.array(z.object({ Ref: z.string() })),
  PolicyDocument: documentSchema,
})

/** The policies of a role: its own, and those that the template attaches. */
const policiesOfRole = (role: string) => {
  const attached = propertiesOf('AWS::IAM::Policy').flatMap(([name, properties]) => {
    // The policies of options have conditions, and test/package/options.test.ts covers them.
    if (template.Resources[name]?.['Condition'] !== undefined) return []
    const { Roles, PolicyDocument } = attachedSchema.parse(properties)
    return Roles.some(({ Ref }) => Ref === role) ? [PolicyDocument] : []
  })
  const own = roleOf(role).Policies.flatMap((policy) => ('Fn::If' in policy ? [] : [policy.PolicyDocument]))
  return [...own, ...attached]
}

/** `action resource`, one line for each pair that a role allows. */
const grantsOf = (role: string): string[] =>
  policiesOfRole(role)
    .flatMap(({ Statement }) => Statement)
    .flatMap(({ Action, Resource }) =>
      asList(Action).flatMap((action) => asList(Resource).map((resource) => `${action} ${nameOf(resource)}`)),
    )
    .sort()

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
const nameOf = (resource: unknown): string => referenceSchema.parse(resource)

describe('a role (P12)', () => {
  test('exists once per function and once for the schedule', () => {
    expect(propertiesOf('AWS::IAM::Role').map(([name]) => name)).toEqual([
      'StarterRole',
      'PollerRole',
      'ObserverRole',
      'CatalogRole',
      'SweepScheduleRole',
      'NotifierRole',
    ])
    const used = propertiesOf('AWS::Lambda::Function').map(([name, properties]) => [
      name,
      z.looseObject({ Role: z.unknown() }).parse(properties).Role,
    ])
    expect(Object.fromEntries(used)).toEqual({
      StarterLambdaFunction: { 'Fn::GetAtt': ['StarterRole', 'Arn'] },
      PollerLambdaFunction: { 'Fn::GetAtt': ['PollerRole', 'Arn'] },
      ObserverLambdaFunction: { 'Fn::GetAtt': ['ObserverRole', 'Arn'] },
      NotifierLambdaFunction: { 'Fn::GetAtt': ['NotifierRole', 'Arn'] },
    })
  })

  test('grants the starter exactly these actions', () => {
    expect(grantsOf('StarterRole')).toEqual([
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
    expect(grantsOf('PollerRole')).toEqual([
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
    expect(grantsOf('ObserverRole')).toEqual([
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
    expect(grantsOf('NotifierRole')).toEqual([
      'logs:CreateLogStream NotifierLogGroup.Arn',
      'logs:PutLogEvents NotifierLogGroup.Arn',
      'sns:Publish GivesNotificationTopic',
      'sqs:DeleteMessage NotificationQueue.Arn',
      'sqs:GetQueueAttributes NotificationQueue.Arn',
      'sqs:ReceiveMessage NotificationQueue.Arn',
    ])
  })

  test('grants the catalog role exactly these actions, and no other role any of DataZone', () => {
    expect(grantsOf('CatalogRole')).toEqual([
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
    expect(grantsOf('SweepScheduleRole')).toEqual([
      'lambda:InvokeFunction PollerLambdaFunction.Arn',
      'sqs:SendMessage ScheduleDeadLetterQueue.Arn',
    ])
  })

  test('trusts only its service, and the scheduler only for this account', () => {
    const trustOf = (role: string) => roleOf(role).AssumeRolePolicyDocument.Statement
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

  test('names each action, and each resource except for DataZone, whose actions support none', () => {
    const grants = propertiesOf('AWS::IAM::Role').flatMap(([name]) => grantsOf(name))
    expect(grants.filter((grant) => /\*/.test(grant) && !/^datazone:[A-Za-z]+ \*$/.test(grant))).toEqual([])
  })
})

const metafileSchema = z.object({ inputs: z.record(z.string(), z.unknown()) })

/** The adapters in the bundles of the functions; the CLI has adapters of its own, which run with its user's permissions. */
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

/** The IAM actions of the commands that the adapters send; a batch or a transaction needs the actions of its parts. */
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

describe('an adapter', () => {
  test('sends exactly the actions that the roles allow (P12)', async () => {
    const byLambda = /^(logs|lambda):|^sqs:(ReceiveMessage|DeleteMessage|GetQueueAttributes)$/
    const allowed = ['StarterRole', 'PollerRole', 'ObserverRole', 'CatalogRole', 'NotifierRole']
      .flatMap(grantsOf)
      .map((grant) => grant.replace(/ .*/, ''))
    const forOurCode = [...new Set(allowed)].filter((action) => !byLambda.test(action))
    expect(await actionsSent()).toEqual(forOurCode.sort())
  })
})

describe('a queue or bus policy (P12)', () => {
  const policiesOf = () =>
    propertiesOf('AWS::SQS::QueuePolicy').map(([, policy]) => queuePolicySchema.parse(policy))

  test('exists once per queue, about that queue alone', () => {
    const queues = propertiesOf('AWS::SQS::Queue').map(([name]) => name)
    expect(policiesOf().flatMap((policy) => policy.Queues.map(({ Ref }) => Ref))).toEqual(queues)
    for (const { Queues, PolicyDocument } of policiesOf()) {
      const resources = PolicyDocument.Statement.map(({ Resource }) => nameOf(Resource))
      expect(new Set(resources)).toEqual(new Set(Queues.map(({ Ref }) => `${Ref}.Arn`)))
    }
  })

  test('denies requests without TLS', () => {
    for (const { PolicyDocument } of policiesOf()) {
      expect(PolicyDocument.Statement).toContainEqual(
        expect.objectContaining({
          Effect: 'Deny',
          Principal: '*',
          Action: 'sqs:*',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      )
    }
  })

  test('allows only its own rules to send', () => {
    const allowed = policiesOf().flatMap(({ PolicyDocument }) =>
      PolicyDocument.Statement.filter(({ Effect }) => Effect === 'Allow'),
    )
    const arnOf = (rule: string) => ({ 'Fn::GetAtt': [rule, 'Arn'] })
    const sendingOf = (rule: unknown) => ({
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Condition: { ArnEquals: { 'aws:SourceArn': rule } },
    })
    const sending = sendingOf([arnOf('AssetEventsRule'), arnOf('RunRequestsRule')])
    expect(allowed).toEqual([
      { ...sending, Sid: 'Events', Resource: { 'Fn::GetAtt': ['RequestQueue', 'Arn'] } },
      {
        ...sending,
        Sid: 'UndeliveredEvents',
        Resource: { 'Fn::GetAtt': ['RequestDeadLetterQueue', 'Arn'] },
      },
      {
        ...sendingOf(arnOf('GenerationEventsRule')),
        Sid: 'GenerationEvents',
        Resource: { 'Fn::GetAtt': ['HintQueue', 'Arn'] },
      },
      {
        ...sendingOf(arnOf('NotificationRule')),
        Sid: 'Endings',
        Resource: { 'Fn::GetAtt': ['NotificationQueue', 'Arn'] },
      },
      {
        ...sendingOf(arnOf('NotificationRule')),
        Sid: 'UndeliveredEndings',
        Resource: { 'Fn::GetAtt': ['NotificationDeadLetterQueue', 'Arn'] },
      },
    ])
  })

  test('lets the account of the domain send events of DataZone, where a parameter names it', () => {
    expect(template.Resources['DomainAccountEventsPolicy']).toMatchObject({
      Condition: 'ReceivesFromDomainAccount',
      Properties: {
        EventBusName: 'default',
        Statement: {
          Effect: 'Allow',
          // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own placeholder
          Principal: { AWS: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${DomainAccountId}:root' } },
          Action: 'events:PutEvents',
          Condition: { StringEquals: { 'events:source': 'aws.datazone' } },
        },
      },
    })
  })

  test('lets other accounts put requests and nothing else, where a parameter names them', () => {
    expect(template.Resources['RunEventBusSendersPolicy']?.Properties).toMatchObject({
      EventBusName: { Ref: 'RunEventBus' },
      Statement: {
        Effect: 'Allow',
        Principal: { AWS: { 'Fn::Split': [',', { Ref: 'SenderAccountIds' }] } },
        Action: 'events:PutEvents',
        Condition: {
          'ForAllValues:StringEquals': { 'events:detail-type': ['Run Requested', 'Run Cancel Requested'] },
          Null: { 'events:detail-type': 'false' },
        },
      },
    })
  })

  test('lets other accounts manage only the rules that they made', () => {
    const { Statement } = z
      .looseObject({ Statement: z.looseObject({ Action: z.array(z.string()) }) })
      .parse(template.Resources['RunEventBusConsumersPolicy']?.Properties)
    expect(Statement.Action).not.toContain('events:PutEvents')
    expect(Statement).toMatchObject({
      Principal: { AWS: { 'Fn::Split': [',', { Ref: 'ConsumerAccountIds' }] } },
      Condition: {
        StringEqualsIfExists: {
          'events:creatorAccount': { 'Fn::Join': ['', ['$', '{aws:PrincipalAccount}']] },
        },
      },
    })
  })

  test('lets only the roles of the functions use the source of endings', () => {
    expect(propertiesOf('AWS::Events::EventBusPolicy').slice(0, 1)).toEqual([
      [
        'RunEventBusPolicy',
        {
          EventBusName: { Ref: 'RunEventBus' },
          StatementId: 'only-the-functions-announce',
          Statement: {
            Effect: 'Deny',
            Principal: '*',
            Action: 'events:PutEvents',
            Resource: { 'Fn::GetAtt': ['RunEventBus', 'Arn'] },
            Condition: {
              'ForAnyValue:StringEquals': { 'events:source': eventSource },
              ArnNotEquals: {
                'aws:PrincipalArn': ['StarterRole', 'PollerRole', 'ObserverRole'].map((role) => ({
                  'Fn::GetAtt': [role, 'Arn'],
                })),
              },
            },
          },
        },
      ],
    ])
  })

  test('leaves no function permission that opens it further', () => {
    const types = Object.values(template.Resources).map(({ Type }) => Type)
    expect(types).not.toContain('AWS::Lambda::Permission')
  })
})
