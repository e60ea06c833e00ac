import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { type PackagedService, packagedTemplate } from '../../local/package.ts'
import { resourceProblems } from './service-spec.ts'

let service: PackagedService

beforeAll(async () => {
  service = await packagedTemplate()
})

/** Returns every key that looks like an intrinsic, at any depth. */
const intrinsicsOf = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => [
    ...(key === 'Ref' || key.startsWith('Fn::') ? [key] : []),
    ...intrinsicsOf(item),
  ])
}

describe('the packaged template', () => {
  test('has only properties that CloudFormation knows, and all that it requires', async () => {
    expect(await resourceProblems(service.template.Resources)).toEqual([])
  })

  test.each([
    ['a misspelled property', { VisibilityTimeOut: 60 }, 'Queue.VisibilityTimeOut is not a property'],
    ['a string for a number', { VisibilityTimeout: '60' }, 'Queue.VisibilityTimeout is not of type integer'],
    [
      'a string for a boolean',
      { SqsManagedSseEnabled: 'true' },
      'Queue.SqsManagedSseEnabled is not of type boolean',
    ],
    [
      'a wrong type on one side of an If',
      { SqsManagedSseEnabled: { 'Fn::If': ['Some', 'yes', { Ref: 'AWS::NoValue' }] } },
      'Queue.SqsManagedSseEnabled is not of type boolean',
    ],
  ])('reports %s', async (_, Properties, problem) => {
    expect(await resourceProblems({ Queue: { Type: 'AWS::SQS::Queue', Properties } })).toEqual([problem])
  })

  test.each([
    ['AWS::SQS::Queues', {}, ['Planted: unknown resource type AWS::SQS::Queues']],
    ['AWS::SQS::QueuePolicy', { Queues: [] }, ['Planted.PolicyDocument is required']],
    [
      'AWS::Scheduler::Schedule',
      {
        FlexibleTimeWindow: { Mode: 'OFF', Minutes: 5 },
        ScheduleExpression: 'rate(1 minute)',
        Target: { Arn: 'a' },
      },
      ['Planted.FlexibleTimeWindow.Minutes is not a property', 'Planted.Target.RoleArn is required'],
    ],
    [
      'AWS::DynamoDB::Table',
      { KeySchema: [{ AttributeName: 'pk', KeyTipe: 'HASH' }] },
      ['Planted.KeySchema.0.KeyType is required', 'Planted.KeySchema.0.KeyTipe is not a property'],
    ],
  ])('reports a mistake in a resource of type %s', async (Type, Properties, problems) => {
    expect(await resourceProblems({ Planted: { Type, Properties } })).toEqual(problems)
  })

  test('uses only intrinsics that the local stack resolves', () => {
    const { Conditions, Rules: _, ...rest } = service.template
    expect(new Set(intrinsicsOf(rest))).toEqual(
      // The local stack never resolves the Fn::Split, which is in the branch of an If for functions in a VPC.
      new Set(['Ref', 'Fn::GetAtt', 'Fn::Sub', 'Fn::Join', 'Fn::If', 'Fn::Split']),
    )
    expect(new Set(intrinsicsOf(Conditions))).toEqual(new Set(['Ref', 'Fn::Equals', 'Fn::Not', 'Fn::Or']))
  })

  test('keeps the logical ids that other files refer to', () => {
    expect(Object.keys(service.template.Resources)).toEqual(
      expect.arrayContaining([
        'StarterLambdaFunction',
        'PollerLambdaFunction',
        'ObserverLambdaFunction',
        'RunTable',
        'RequestQueue',
        'RequestDeadLetterQueue',
        'RejectedQueue',
        'HintQueue',
        'RunEventBus',
        'AssetEventsRule',
        'RunRequestsRule',
        'SweepSchedule',
        'ScheduleDeadLetterQueue',
        'StarterRole',
        'PollerRole',
        'SweepScheduleRole',
        'RequestQueuePolicy',
      ]),
    )
  })

  test('retains the table when the stack is deleted or the table replaced (P1)', () => {
    expect(service.template.Resources['RunTable']).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true },
        TimeToLiveSpecification: { AttributeName: 'ttlEpochSeconds', Enabled: true },
      },
    })
  })

  test('gives every parameter a default, and Mode the default plan', () => {
    const defaults = Object.entries(service.template.Parameters).map(([name, { Default }]) => [name, Default])
    expect(Object.fromEntries(defaults)).toEqual({
      Mode: 'plan',
      DomainIds: '',
      DefaultTypes: 'BUSINESS_DESCRIPTIONS',
      StartRatePerSecond: '9.8',
      DataZoneApi: 'auto',
      CatalogRoleArn: '',
      DomainAccountId: '',
      SenderAccountIds: '',
      ConsumerAccountIds: '',
      QuotaProbeSeconds: '14400',
      MaxWaitDays: '35',
      RestoredTo: '',
      LogLevel: 'INFO',
      ReservePollerConcurrency: 'false',
      AlarmTopicArn: '',
      AlarmEmail: '',
      NotificationTopicArn: '',
      NotificationEmail: '',
      LogRetentionDays: '30',
      PermissionsBoundaryArn: '',
      KmsKeyArn: '',
      DomainKmsKeyArn: '',
      SubnetIds: '',
      SecurityGroupIds: '',
      Tracing: 'false',
      ProtectTable: 'false',
      ArchiveDays: '0',
    })
  })

  test('retains dead letters, rejected requests and logs when the stack is deleted', () => {
    const retained = Object.entries(service.template.Resources)
      .filter(([, { DeletionPolicy }]) => DeletionPolicy === 'RetainExceptOnCreate')
      .map(([name]) => name)
    expect(retained.toSorted()).toEqual([
      'ObserverLogGroup',
      'PollerLogGroup',
      'RejectedQueue',
      'RequestDeadLetterQueue',
      'RunTable',
      'StarterLogGroup',
    ])
  })

  test('sets the permissions boundary of every role and the retention of every log group by parameters', () => {
    const propertiesOf = (type: string) =>
      Object.values(service.template.Resources).flatMap(({ Type, Properties }) =>
        Type === type ? [Properties] : [],
      )
    for (const role of propertiesOf('AWS::IAM::Role'))
      expect(role?.['PermissionsBoundary']).toEqual({
        'Fn::If': ['BoundsRoles', { Ref: 'PermissionsBoundaryArn' }, { Ref: 'AWS::NoValue' }],
      })
    for (const group of propertiesOf('AWS::Logs::LogGroup'))
      expect(group?.['RetentionInDays']).toEqual({ Ref: 'LogRetentionDays' })
  })

  test('refuses mode run without domains or alarm topic, even without the Serverless Framework', () => {
    const isGiven = (name: string) => ({ 'Fn::Not': [{ 'Fn::Equals': [{ Ref: name }, ''] }] })
    expect(service.template).toMatchObject({
      Rules: {
        RunNamesItsDomains: {
          RuleCondition: { 'Fn::Equals': [{ Ref: 'Mode' }, 'run'] },
          Assertions: [
            { Assert: isGiven('DomainIds') },
            { Assert: { 'Fn::Or': [isGiven('AlarmTopicArn'), isGiven('AlarmEmail')] } },
          ],
        },
      },
    })
  })

  test('passes the default of every parameter to the deployment, unless --param sets it', async () => {
    const state: unknown = JSON.parse(
      await readFile(join(service.directory, '.serverless', 'serverless-state.json'), 'utf8'),
    )
    expect(state).toMatchObject({
      service: {
        provider: {
          stackParameters: Object.entries(service.template.Parameters).map(([ParameterKey, { Default }]) => ({
            ParameterKey,
            ParameterValue: Default,
          })),
        },
      },
    })
  })

  test.each([
    [
      'DomainIds',
      ['', '*', 'dzd_1234abcd', 'dzd-1234abcd,dzd_a'],
      ['dzd', 'dzd_a,', 'dzd_a, dzd_b', 'prj_a'],
    ],
    [
      'PermissionsBoundaryArn',
      ['', 'arn:aws:iam::111122223333:policy/boundary'],
      ['boundary', 'arn:aws:iam::1:role/x'],
    ],
    [
      'CatalogRoleArn',
      ['', 'arn:aws:iam::111122223333:role/catalog', 'arn:aws-cn:iam::111122223333:role/path/catalog'],
      ['catalog', 'arn:aws:iam::111122223333:user/catalog', 'arn:aws:iam::1:role/catalog'],
    ],
    [
      'KmsKeyArn',
      ['', 'arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000001'],
      ['alias/mine', 'arn:aws:kms:eu-west-1:111122223333:alias/mine'],
    ],
    [
      'SubnetIds',
      ['', 'subnet-01234567,subnet-0123456789abcdef0'],
      ['subnet-1', 'subnet-01234567, subnet-01234567'],
    ],
    ['SecurityGroupIds', ['', 'sg-01234567'], ['sg', 'subnet-01234567']],
    ['SenderAccountIds', ['', '111122223333,444455556666'], ['1', '111122223333, 444455556666']],
    ['ConsumerAccountIds', ['', '111122223333'], ['*', '111122223333,']],
    ['DomainAccountId', ['', '111122223333'], ['1', 'orders']],
    ['ArchiveDays', ['0', '7', '3650'], ['', '-1', '07', '1.5']],
    ['AlarmEmail', ['', 'on-call@example.com'], ['on-call', 'a b@c']],
    ['NotificationEmail', ['', 'data-team@example.com'], ['data-team']],
    [
      'NotificationTopicArn',
      ['', 'arn:aws:sns:eu-west-1:123456789012:data-team'],
      ['data-team', 'arn:aws:sns:eu-west-1:123456789012:data-team.fifo'],
    ],
    [
      'RestoredTo',
      ['', '2026-11-20T02:00:00Z', '2026-11-20T02:00+0100'],
      ['2026-11-20', 'yesterday', '2026-11-20T02:00:00'],
    ],
    ['StartRatePerSecond', ['9.8', '10', '0.5', '100'], ['0', '0.0', '', '-1', 'fast', '1e3']],
    [
      'DefaultTypes',
      ['BUSINESS_NAMES', 'BUSINESS_NAMES,BUSINESS_DESCRIPTIONS'],
      ['', 'NAMES', 'BUSINESS_NAMES,'],
    ],
    [
      'AlarmTopicArn',
      ['', 'arn:aws:sns:eu-west-1:123456789012:pager'],
      ['pager', 'arn:aws:sqs:eu-west-1:1:x'],
    ],
  ])('validates the value of %s', (name, accepted, refused) => {
    // CloudFormation matches the whole value.
    const pattern = new RegExp(`^(?:${String(service.template.Parameters[name]?.['AllowedPattern'])})$`)
    expect(accepted.filter((value) => !pattern.test(value))).toEqual([])
    expect(refused.filter((value) => pattern.test(value))).toEqual([])
  })
})
