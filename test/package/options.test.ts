import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { decideConditions, diffLines } from '../../infra/template-diff.ts'
import { templateOptions } from '../../infra/template-options.ts'
import { packagedTemplate, type Template } from '../../local/package.ts'
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

/** The resources that send notifications. */
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
  '+ UndeliveredNotificationsAlarm',
]

/** The lines of the template that each option changes, except for those that `linesOf` leaves out. */
const expected: Readonly<Record<string, readonly string[]>> = {
  'a permissions boundary': roles.map((role) => `+ ${role}.PermissionsBoundary`),
  'a customer managed key': [
    ...functions.flatMap((name) => [`+ ${name}LambdaFunction.KmsKeyArn`, `+ ${name}LogGroup.KmsKeyId`]),
    ...queues.flatMap((name) => [`- ${name}.SqsManagedSseEnabled`, `+ ${name}.KmsMasterKeyId`]),
    '+ RunTable.SSESpecification.SSEType',
    '+ RunTable.SSESpecification.KMSMasterKeyId',
    '+ RunEventBus.KmsKeyIdentifier',
    '+ SweepSchedule.KmsKeyArn',
    '+ KeyPolicy',
  ],
  'the key of the domain': ['~ CatalogRole.Policies'],
  'a VPC': [
    ...functions.map((name) => `+ ${name}LambdaFunction.VpcConfig`),
    '~ FunctionsPolicy.PolicyDocument.Statement',
  ],
  tracing: [...functions.map((name) => `+ ${name}LambdaFunction.TracingConfig`), '+ TracingPolicy'],
  'logs for a year': functions.map((name) => `~ ${name}LogGroup.RetentionInDays`),
  'an event archive': ['+ RunEventArchive'],
  'a protected table': ['~ RunTable.DeletionProtectionEnabled'],
  'an alarm topic of the stack': ['+ AlarmTopic'],
  'an alarm topic that exists': [],
  'a notification topic of the stack': ['+ NotificationTopic', '+ NotificationTopicPolicy', ...notifier],
  'a notification topic that exists': notifier,
  'a catalog role that exists': ['- CatalogRole', '~ FunctionsPolicy.PolicyDocument.Statement'],
  'a domain of another account': ['+ DomainAccountEventsPolicy'],
  'senders of other accounts': ['+ RunEventBusSendersPolicy'],
  'consumers of other accounts': ['+ RunEventBusConsumersPolicy'],
  'a reserved concurrency': ['+ PollerLambdaFunction.ReservedConcurrentExecutions'],
}

/**
 * Returns the lines that options change, without actions of alarms and environment variables, which repeat an option.
 */
const linesOf = (parameters: Readonly<Record<string, string>>): readonly string[] =>
  diffLines(decideConditions(template, {}), decideConditions(template, parameters)).filter(
    (line) =>
      !/Alarm\.(AlarmActions|OKActions|InsufficientDataActions)$/.test(line) && !/Environment\b/.test(line),
  )

describe('templateOptions', () => {
  test('has a row in docs/DEPLOY.md for each option', async () => {
    const page = await readFile(join(import.meta.dirname, '../../docs/DEPLOY.md'), 'utf8')
    const names = templateOptions.flatMap(({ settings }) => Object.keys(settings))
    expect(names.filter((name) => !page.includes(name))).toEqual([])
  })

  test('covers every parameter except those that only set an environment variable of the functions', () => {
    const used = new Set(templateOptions.flatMap(({ settings }) => Object.keys(settings)))
    const settings = Object.keys(template.Parameters).filter((name) => !used.has(name))
    expect(settings).toEqual([
      'Mode',
      'DomainIds',
      'DefaultTypes',
      'StartRatePerSecond',
      'DataZoneApi',
      'QuotaProbeSeconds',
      'MaxWaitDays',
      'RestoredTo',
      'LogLevel',
    ])
  })

  test.each(templateOptions)(
    'changes exactly the expected lines of the template with $name',
    async ({ name, settings }) => {
      expect(linesOf(settings).toSorted()).toEqual(expected[name]?.toSorted())
      const decided = decideConditions(template, settings) as Template['Resources']
      expect(await resourceProblems(decided)).toEqual([])
    },
  )

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

  test('lets Lambda manage network interfaces, but not the code of the functions', () => {
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
