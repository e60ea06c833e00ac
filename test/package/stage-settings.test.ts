import { describe, expect, test } from 'vitest'
import { type Deployment, deploymentProblems } from '../../infra/stage-settings.ts'
import { nearestName } from '../../lib/contracts/nearest-name.ts'
import { packagedTemplate } from '../../local/package.ts'

const deploying = (changes: Partial<Deployment> = {}): Deployment => ({
  command: 'deploy',
  stage: 'prod',
  file: { Region: 'eu-west-1', Mode: 'run', DomainIds: 'dzd_orders', AlarmEmail: 'on-call@example.com' },
  params: [],
  region: undefined,
  parameters: ['Mode', 'DomainIds', 'LogLevel', 'AlarmTopicArn', 'AlarmEmail'],
  ...changes,
})

const problemsOf = (changes: Partial<Deployment>): string => deploymentProblems(deploying(changes)).join('\n')

describe('deploymentProblems', () => {
  test('accepts a stage with its settings', () => {
    expect(problemsOf({})).toBe('')
    expect(problemsOf({ params: ['LogLevel=DEBUG'], region: 'eu-west-1' })).toBe('')
    expect(problemsOf({ file: { Region: 'eu-west-1', Mode: 'plan' } })).toBe('')
    expect(
      problemsOf({ file: { Region: 'eu-west-1', Mode: 'run', DomainIds: '*', AlarmTopicArn: 'arn:topic' } }),
    ).toBe('')
  })

  test.each<[string, Partial<Deployment>, RegExp]>([
    ['no settings file', { file: undefined }, /^config\/stages\/prod\.yml is missing: copy .*example\.yml/],
    ['no Region', { file: { Mode: 'plan' } }, /set Region to the Region of the DataZone domain/],
    ['no Mode', { file: { Region: 'eu-west-1' } }, /set Mode to off, plan or run/],
    ['mode run without domains', { file: { Region: 'eu-west-1', Mode: 'run' } }, /Mode run needs DomainIds/],
    [
      'mode run by --param without domains',
      { file: { Region: 'eu-west-1', Mode: 'plan' }, params: ['Mode=run'] },
      /needs DomainIds/,
    ],
    [
      'mode run without an alarm topic',
      { file: { Region: 'eu-west-1', Mode: 'run', DomainIds: '*' } },
      /Mode run needs AlarmTopicArn or AlarmEmail/,
    ],
    ['another Region', { region: 'us-east-1' }, /^--region us-east-1: stage prod is in eu-west-1/],
    [
      'a misspelled setting',
      { file: { Region: 'eu-west-1', Mdoe: 'run' } },
      /prod\.yml: unknown setting Mdoe; did you mean Mode\?/,
    ],
    [
      'a misspelled --param',
      { params: ['Domainids=dzd_a'] },
      /^--param: unknown setting Domainids; did you mean DomainIds\?/,
    ],
    [
      'subnets without security groups',
      {
        file: { Region: 'eu-west-1', Mode: 'plan', SubnetIds: 'subnet-01234567' },
        parameters: ['Mode', 'SubnetIds'],
      },
      /set SubnetIds and SecurityGroupIds together/,
    ],
    [
      'tags that are not a mapping',
      { file: { Region: 'eu-west-1', Mode: 'plan', Tags: ['team'] } },
      /Tags must be a mapping of tag names to values/,
    ],
    [
      'a ProtectStack that is neither true nor false',
      { file: { Region: 'eu-west-1', Mode: 'plan', ProtectStack: 'yes' } },
      /ProtectStack must be true or false/,
    ],
    ['a file that is a list', { file: ['Mode'] }, /must be a mapping/],
    ['upper case in the stage', { stage: 'Prod' }, /^--stage Prod: use 1 to 20 lower-case letters/],
    ['a long stage', { stage: 'a'.repeat(21) }, /use 1 to 20/],
    ['deploy function', { command: 'deploy function' }, /run serverless deploy --stage prod$/],
    ['rollback', { command: 'rollback' }, /check out the commit to return to/],
  ])('refuses %s', (_, changes, problem) => {
    expect(problemsOf(changes)).toMatch(problem)
  })

  test('packages a stage without settings, and checks its --param', () => {
    expect(problemsOf({ command: 'package', file: undefined })).toBe('')
    expect(problemsOf({ command: 'package', file: undefined, params: ['Mod=run'] })).toMatch(
      /did you mean Mode/,
    )
  })

  test('ignores other commands', () => {
    expect(problemsOf({ command: 'info', file: undefined, stage: 'Prod' })).toBe('')
  })
})

describe('the longest stage name', () => {
  test('keeps every name in the template within the limit of its service', async () => {
    const { template } = await packagedTemplate()
    const limits: Record<string, number> = {
      Name: 64,
      FunctionName: 64,
      QueueName: 80,
      TableName: 255,
      AlarmName: 255,
    }
    const tooLong = Object.values(template.Resources).flatMap(({ Properties = {} }) =>
      Object.entries(limits).flatMap(([property, limit]) => {
        const name = Properties[property]
        if (typeof name !== 'string') return []
        return name.replace('-local', `-${'s'.repeat(20)}`).length > limit ? [name] : []
      }),
    )
    expect(tooLong).toEqual([])
  })
})

describe('nearestName', () => {
  test('finds the name with the fewest edits', () => {
    expect(nearestName('domainids', ['Mode', 'DomainIds'])).toBe('DomainIds')
    expect(nearestName('x', [])).toBeUndefined()
  })
})
