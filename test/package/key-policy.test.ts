import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { packagedTemplate, type Template } from '../../local/package.ts'

const policySchema = z.object({
  Statement: z.array(
    z.object({
      Sid: z.string(),
      Effect: z.literal('Allow'),
      Principal: z.record(z.string(), z.string()),
      Action: z.union([z.string(), z.array(z.string())]),
      Resource: z.literal('*'),
      Condition: z.optional(z.record(z.string(), z.record(z.string(), z.string()))),
    }),
  ),
})

let statements: z.infer<typeof policySchema>['Statement']
let template: Template

beforeAll(async () => {
  const text = await readFile(join(import.meta.dirname, '../../docs/kms-key-policy.json'), 'utf8')
  statements = policySchema.parse(JSON.parse(text)).Statement
  template = (await packagedTemplate()).template
})

const statement = (sid: string) => {
  const found = statements.find(({ Sid }) => Sid === sid)
  if (found === undefined) throw new Error(`docs/kms-key-policy.json has no statement ${sid}`)
  return found
}

/** Returns whether the ArnLike condition of a statement accepts an ARN with this end for a key. */
const accepts = (sid: string, key: string, end: string): boolean => {
  const pattern = statement(sid).Condition?.['ArnLike']?.[key] ?? ''
  const source = pattern.replace(/^arn:aws:[a-z]+:REGION:ACCOUNT:/, '').replaceAll('*', '.*')
  return new RegExp(`^${source}$`).test(end)
}

const propertiesOf = (type: string) =>
  Object.values(template.Resources).flatMap(({ Type, Properties = {} }) =>
    Type === type ? [Properties] : [],
  )

/** Returns the end of a rule's ARN, which does not name the default bus. */
const ruleEnd = ({ Name, EventBusName }: Record<string, unknown>): string =>
  EventBusName === 'default' ? `rule/${Name}` : `rule/datazone-run-orchestrator-local/${Name}`

describe('docs/kms-key-policy.json', () => {
  test.each([
    // The documented actions of each service that uses the key without a role of the stack.
    ['EventsToQueues', 'events.amazonaws.com', ['kms:Decrypt', 'kms:GenerateDataKey']],
    ['EventBus', 'events.amazonaws.com', ['kms:Decrypt', 'kms:GenerateDataKey']],
    ['Archive', 'events.amazonaws.com', ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:ReEncrypt*']],
    ['EventBusKey', 'events.amazonaws.com', ['kms:DescribeKey']],
    ['AlarmsToTopic', 'cloudwatch.amazonaws.com', ['kms:Decrypt', 'kms:GenerateDataKey']],
    [
      'Logs',
      'logs.REGION.amazonaws.com',
      ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
    ],
  ])('grants %s the actions that AWS documents', (sid, service, actions) => {
    expect(statement(sid).Principal).toEqual({ Service: service })
    expect([statement(sid).Action].flat()).toEqual(actions)
  })

  test('delegates every other use of the key to IAM policies, such as those of the roles of the stack', () => {
    expect(statement('Administration')).toMatchObject({ Principal: { AWS: 'arn:aws:iam::ACCOUNT:root' } })
  })

  test('allows each service only for this account', () => {
    const unbound = statements.filter(
      ({ Sid, Condition }) =>
        Sid !== 'Administration' && Condition?.['StringEquals']?.['aws:SourceAccount'] !== 'ACCOUNT',
    )
    // The encryption context in the condition of Logs names the account.
    expect(unbound.map(({ Sid }) => Sid)).toEqual(['Logs'])
  })

  test('accepts the names of the rules, the bus, the alarms and the log groups of a stage', () => {
    const rules = propertiesOf('AWS::Events::Rule').map(ruleEnd)
    expect(rules.length).toBeGreaterThan(2)
    expect(rules.filter((rule) => !accepts('EventsToQueues', 'aws:SourceArn', rule))).toEqual([])
    const bus = `event-bus/${propertiesOf('AWS::Events::EventBus')[0]?.['Name']}`
    for (const sid of ['EventBus', 'Archive'])
      expect(accepts(sid, 'kms:EncryptionContext:aws:events:event-bus:arn', bus)).toBe(true)
    expect(accepts('EventBus', 'aws:SourceArn', bus)).toBe(true)
    const alarms = propertiesOf('AWS::CloudWatch::Alarm').map(({ AlarmName }) => `alarm:${AlarmName}`)
    expect(alarms.filter((alarm) => !accepts('AlarmsToTopic', 'aws:SourceArn', alarm))).toEqual([])
    const groups = propertiesOf('AWS::Logs::LogGroup').map(({ LogGroupName }) => `log-group:${LogGroupName}`)
    expect(groups.filter((group) => !accepts('Logs', 'kms:EncryptionContext:aws:logs:arn', group))).toEqual(
      [],
    )
  })
})
