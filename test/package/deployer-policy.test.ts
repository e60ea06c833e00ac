import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { packagedTemplate, type Template } from '../../local/package.ts'

const asList = <Item>(value: Item | Item[]): Item[] => (Array.isArray(value) ? value : [value])

const policySchema = z.object({
  Statement: z.array(
    z.object({
      Sid: z.string(),
      Effect: z.literal('Allow'),
      Action: z.union([z.string(), z.array(z.string())]),
      Resource: z.union([z.string(), z.array(z.string())]),
      Condition: z.optional(z.unknown()),
    }),
  ),
})
const handlersSchema = z.object({ permissions: z.record(z.string(), z.array(z.string())) })

/**
 * Actions that CloudFormation's handlers call only for properties that no resource of the template sets, by resource
 * type. A deployer needs none of them.
 */
const unused: Readonly<Record<string, RegExp>> = {
  // Items, replicas, imports, Kinesis streams, resource policies and contributor insights.
  'AWS::DynamoDB::Table':
    /^dynamodb:(.*Item|Query|Scan|.*TableReplica|(Describe)?Import.*|(Enable|Disable|Update)Kinesis.*|(Put|Delete)ResourcePolicy|UpdateContributorInsights)$|^(iam|kinesis|logs|s3):/,
  // kms:ReEncrypt is not an IAM action, unlike ReEncryptFrom and ReEncryptTo.
  'AWS::Events::EventBus': /^kms:ReEncrypt$/,
  // Policies of groups and users.
  'AWS::IAM::Policy': /^iam:\w+(Group|User)Policy$/,
  // Managed policies.
  'AWS::IAM::Role': /^iam:(Attach|Detach)RolePolicy$/,
  // Code signing, layers, runtime versions, published versions, capacity providers and file systems.
  'AWS::Lambda::Function':
    /^lambda:(AssociateRuntimeAlias|(Put|Delete)FunctionCodeSigningConfig|GetCodeSigningConfig|GetLayerVersion|PassCapacityProvider|PublishVersion|Put(FunctionRecursion|FunctionScaling|RuntimeManagement)Config)$|^(elasticfilesystem|s3files):/,
  // Log deliveries, data protection, field indexes, resource policies, bearer tokens and deletion protection.
  'AWS::Logs::LogGroup':
    /^logs:(CreateLogDelivery|PutDataProtectionPolicy|(Put|Delete)(Index|Resource)Policy|PutBearerTokenAuthentication|PutLogGroupDeletionProtection)$|^(firehose|s3):/,
  // Every feature of buckets except encryption, the block of public access, tags and the policy.
  'AWS::S3::Bucket':
    /^s3:(Put|Create|Delete|Update)(?!Bucket$|BucketPolicy$|EncryptionConfiguration$|BucketPublicAccessBlock$|BucketTagging$)|^s3tables:/,
  'AWS::SNS::Topic': /^sns:PutDataProtectionPolicy$/,
}

/** Actions that CloudFormation's handlers do not list: those of the framework, the stack and the check of domains. */
const beyondHandlers =
  /^(cloudformation|datazone):|^s3:(DeleteObject|DeleteObjectVersion|GetObject|ListBucket|ListBucketVersions|PutObject)$|^lambda:(GetFunctionConfiguration|ListEventSourceMappings)$|^sqs:GetQueueUrl$/

let policy: z.infer<typeof policySchema>
let handlers: z.infer<typeof handlersSchema>['permissions']
let template: Template

const readJson = async (path: string): Promise<unknown> =>
  JSON.parse(await readFile(join(import.meta.dirname, path), 'utf8'))

beforeAll(async () => {
  policy = policySchema.parse(await readJson('../../docs/deployer-policy.json'))
  handlers = handlersSchema.parse(await readJson('handler-permissions.json')).permissions
  template = (await packagedTemplate()).template
})

const granted = () => policy.Statement.flatMap(({ Action }) => asList(Action))
const grants = (action: string) =>
  granted().some((pattern) => new RegExp(`^${pattern.replaceAll('*', '.*')}$`, 'i').test(action))

describe('docs/deployer-policy.json', () => {
  test('is compared with the handlers of every resource type (test/cloud/handler_permissions.py writes them)', () => {
    const types = new Set(Object.values(template.Resources).map(({ Type }) => Type))
    expect([...types].filter((type) => handlers[type] === undefined)).toEqual([])
  })

  test('grants what CloudFormation calls to create, read, change and delete each resource', () => {
    const missing = Object.entries(handlers).flatMap(([type, actions]) =>
      actions
        .filter((action) => !unused[type]?.test(action) && !grants(action))
        .map((action) => `${action} for ${type}`),
    )
    expect(missing).toEqual([])
  })

  test('grants no action that a deployment does not need', () => {
    const needed = Object.entries(handlers).flatMap(([type, actions]) =>
      actions.filter((action) => !unused[type]?.test(action)),
    )
    const isNeeded = (pattern: string) => {
      const matches = new RegExp(`^${pattern.replaceAll('*', '.*')}$`, 'i')
      return needed.some((action) => matches.test(action))
    }
    const unneeded = granted().filter((action) => !isNeeded(action) && !beyondHandlers.test(action))
    expect(unneeded).toEqual([])
  })

  test('names the resources of the service, except for actions without a resource type', () => {
    const everywhere = policy.Statement.filter(({ Resource }) => asList(Resource).includes('*'))
    expect(everywhere.map(({ Sid }) => Sid)).toEqual([
      'Template',
      'EventSources',
      'DescribeLogGroups',
      'OptionVpc',
      'OptionKmsKeyAliases',
    ])
  })

  test('passes roles to Lambda and the scheduler only', () => {
    const passing = policy.Statement.filter(({ Action }) => asList(Action).includes('iam:PassRole'))
    expect(passing).toMatchObject([
      {
        Condition: {
          StringEquals: { 'iam:PassedToService': ['lambda.amazonaws.com', 'scheduler.amazonaws.com'] },
        },
      },
    ])
  })

  test('grants key and network actions only in the statements of their options', () => {
    const isOption = /^Option/
    for (const { Sid, Action } of policy.Statement)
      expect(asList(Action).some((action) => /^(kms|ec2):/.test(action))).toBe(isOption.test(Sid))
  })
})
