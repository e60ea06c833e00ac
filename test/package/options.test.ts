import { beforeAll, describe, expect, test } from 'vitest'
import { packagedTemplate, type Template } from '../../local/package.ts'
import { decideConditions, diffLines } from '../support/template-diff.ts'
import { resourceProblems } from './service-spec.ts'

let template: Template

beforeAll(async () => {
  template = (await packagedTemplate()).template
})

const key = 'arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000001'
const functions = ['Starter', 'Poller', 'Observer']
const queues = [
  'RequestQueue',
  'RequestDeadLetterQueue',
  'RejectedQueue',
  'HintQueue',
  'ScheduleDeadLetterQueue',
]
const roles = ['StarterRole', 'PollerRole', 'ObserverRole', 'CatalogRole', 'SweepScheduleRole']

/** What notifies people. */
const notifier = [
  '+ NotifierLambdaFunction',
  '+ NotifierLogGroup',
  '+ NotifierRole',
  '+ NotifierEventSourceMappingSQSNotificationQueue',
  '+ NotificationQueue',
  '+ NotificationQueuePolicy',
  '+ NotificationDeadLetterQueue',
  '+ NotificationDeadLetterQueuePolicy',
  '+ NotificationRule',
  '+ NotificationsDeadAlarm',
]

/** Each option with the parameters that turn it on, and every line of the template that it changes. */
const options: readonly (readonly [string, Readonly<Record<string, string>>, readonly string[]])[] = [
  [
    'a permissions boundary',
    { PermissionsBoundaryArn: 'arn:aws:iam::111122223333:policy/boundary' },
    roles.map((role) => `+ ${role}.PermissionsBoundary`),
  ],
  [
    'a customer managed key',
    { KmsKeyArn: key },
    [
      ...functions.flatMap((name) => [`+ ${name}LambdaFunction.KmsKeyArn`, `+ ${name}LogGroup.KmsKeyId`]),
      ...queues.flatMap((name) => [`- ${name}.SqsManagedSseEnabled`, `+ ${name}.KmsMasterKeyId`]),
      '+ RunTable.SSESpecification.SSEType',
      '+ RunTable.SSESpecification.KMSMasterKeyId',
      '+ RunEventBus.KmsKeyIdentifier',
      '+ SweepSchedule.KmsKeyArn',
      '+ KeyPolicy',
    ],
  ],
  ['the key of the domain', { DomainKmsKeyArn: key }, ['~ CatalogRole.Policies']],
  [
    'a VPC',
    { SubnetIds: 'subnet-01234567', SecurityGroupIds: 'sg-01234567' },
    [
      ...functions.map((name) => `+ ${name}LambdaFunction.VpcConfig`),
      '~ FunctionsPolicy.PolicyDocument.Statement',
    ],
  ],
  [
    'tracing',
    { Tracing: 'true' },
    [...functions.map((name) => `+ ${name}LambdaFunction.TracingConfig`), '+ TracingPolicy'],
  ],
  ['an event archive', { ArchiveDays: '30' }, ['+ RunEventArchive']],
  ['a protected table', { ProtectTable: 'true' }, ['~ RunTable.DeletionProtectionEnabled']],
  [
    'an alarm topic of the stack',
    { AlarmEmail: 'on-call@example.com' },
    // Compared apart: every alarm notifies it.
    ['+ AlarmTopic'],
  ],
  [
    'a notification topic of the stack',
    { NotificationEmail: 'data-team@example.com' },
    ['+ NotificationTopic', '+ NotificationTopicPolicy', ...notifier],
  ],
  [
    'a notification topic that exists',
    { NotificationTopicArn: 'arn:aws:sns:eu-west-1:111122223333:data-team' },
    notifier,
  ],
  [
    'a catalog role that exists',
    { CatalogRoleArn: 'arn:aws:iam::111122223333:role/catalog' },
    ['- CatalogRole', '~ FunctionsPolicy.PolicyDocument.Statement'],
  ],
  ['a domain of another account', { DomainAccountId: '111122223333' }, ['+ DomainAccountEventsPolicy']],
  ['senders of other accounts', { SenderAccountIds: '444455556666' }, ['+ RunEventBusSendersPolicy']],
  ['consumers of other accounts', { ConsumerAccountIds: '444455556666' }, ['+ RunEventBusConsumersPolicy']],
  [
    'a reserved concurrency',
    { ReservePollerConcurrency: 'true' },
    ['+ PollerLambdaFunction.ReservedConcurrentExecutions'],
  ],
]

/** The lines of a diff, without those that every use of the option repeats. */
const linesOf = (parameters: Readonly<Record<string, string>>): readonly string[] =>
  diffLines(decideConditions(template, {}), decideConditions(template, parameters)).filter(
    (line) =>
      !/Alarm\.(AlarmActions|OKActions|InsufficientDataActions)$/.test(line) && !/Environment\b/.test(line),
  )

describe('the options of a stage', () => {
  test.each(options)('%s changes these lines of the template and no other', async (_, parameters, lines) => {
    expect(linesOf(parameters).toSorted()).toEqual(lines.toSorted())
    const decided = decideConditions(template, parameters) as Template['Resources']
    expect(await resourceProblems(decided)).toEqual([])
  })

  test('encrypts the created alarm topic with the key', () => {
    const email = { AlarmEmail: 'on-call@example.com' }
    const both = decideConditions(template, { ...email, KmsKeyArn: key })
    expect(diffLines(decideConditions(template, email), both)).toContain('+ AlarmTopic.KmsMasterKeyId')
  })

  test('applies the other options to the notifier', () => {
    const email = { NotificationEmail: 'data-team@example.com' }
    const notifying = decideConditions(template, email)
    const linesWith = (parameters: Readonly<Record<string, string>>) =>
      diffLines(notifying, decideConditions(template, { ...email, ...parameters })).filter((line) =>
        /Notif/.test(line),
      )
    expect(linesWith({ KmsKeyArn: key }).toSorted()).toEqual(
      [
        '+ NotifierLambdaFunction.KmsKeyArn',
        '+ NotifierLogGroup.KmsKeyId',
        '~ NotifierRole.Policies',
        '~ NotificationTopic.KmsMasterKeyId',
        ...['NotificationQueue', 'NotificationDeadLetterQueue'].flatMap((queue) => [
          `- ${queue}.SqsManagedSseEnabled`,
          `+ ${queue}.KmsMasterKeyId`,
        ]),
      ].toSorted(),
    )
    expect(linesWith({ Tracing: 'true' })).toEqual([
      '+ NotifierLambdaFunction.TracingConfig',
      '~ NotifierRole.Policies',
    ])
    expect(linesWith({ SubnetIds: 'subnet-01234567', SecurityGroupIds: 'sg-01234567' })).toEqual([
      '+ NotifierLambdaFunction.VpcConfig',
      '~ NotifierRole.Policies',
    ])
    expect(linesWith({ PermissionsBoundaryArn: 'arn:aws:iam::111122223333:policy/boundary' })).toEqual([
      '+ NotifierRole.PermissionsBoundary',
    ])
  })

  test('lets Lambda use the network, but not the code of the functions', () => {
    const decided = decideConditions(template, {
      SubnetIds: 'subnet-01234567',
      SecurityGroupIds: 'sg-01234567',
    })
    expect(decided).toMatchObject({
      FunctionsPolicy: {
        Properties: {
          PolicyDocument: {
            Statement: [
              { Action: 'sts:AssumeRole' },
              { Effect: 'Allow', Action: expect.arrayContaining(['ec2:CreateNetworkInterface']) },
              { Effect: 'Deny', Condition: { ArnEquals: { 'lambda:SourceFunctionArn': expect.any(Array) } } },
            ],
          },
        },
      },
    })
  })
})
