import { beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { eventSource } from '../../lib/contracts/run-event.ts'
import { packagedTemplate, type Template } from '../../local/package.ts'
import { nameOf, queuePolicySchema, templatePolicies } from '../support/template-policies.ts'

let template: Template
let policies: ReturnType<typeof templatePolicies>

beforeAll(async () => {
  template = (await packagedTemplate()).template
  policies = templatePolicies(template)
})

describe('a queue or bus policy (P12)', () => {
  const policiesOf = () =>
    policies.propertiesOf('AWS::SQS::QueuePolicy').map(([, policy]) => queuePolicySchema.parse(policy))

  test('exists once per queue and covers only that queue', () => {
    const queues = policies.propertiesOf('AWS::SQS::Queue').map(([name]) => name)
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

  test('lets the account of the domain send events of DataZone when a parameter names it', () => {
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

  test('lets other accounts put only requests and cancels when a parameter names them', () => {
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

  test('lets other accounts manage only the rules that they created', () => {
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

  test('lets only the roles of the functions send events with the source of this service', () => {
    expect(policies.propertiesOf('AWS::Events::EventBusPolicy').slice(0, 1)).toEqual([
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

  test('is not widened by a function permission', () => {
    const types = Object.values(template.Resources).map(({ Type }) => Type)
    expect(types).not.toContain('AWS::Lambda::Permission')
  })
})
