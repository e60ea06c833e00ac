// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is the syntax of CloudFormation
import { describe, expect, test } from 'vitest'
import { resolveValue } from '../../../local/template/intrinsics.ts'
import { resolveTemplate } from '../../../local/template/resolve.ts'
import { templateScope } from '../../../local/template/scope.ts'
import { type Json, parseTemplate } from '../../../local/template/template.ts'

const identity = { region: 'eu-west-1', accountId: '000000000000', stackName: 'stack' }
const template = parseTemplate({
  Parameters: {
    Stage: { Type: 'String', Default: 'dev', AllowedValues: ['dev', 'prod'] },
    Suffix: { Type: 'String', Default: '', AllowedPattern: '[a-z]*' },
    Rate: { Type: 'Number', Default: 9.8, MinValue: 1, MaxValue: 10 },
    Names: { Type: 'CommaDelimitedList', Default: 'a, b' },
  },
  Conditions: {
    IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
    NotProd: { 'Fn::Not': [{ Condition: 'IsProd' }] },
    Odd: { 'Fn::Select': [0, ['a']] },
  },
  Resources: {
    Table: { Type: 'A::B::Table', Properties: { Name: { 'Fn::Sub': '${AWS::StackName}-${Stage}' } } },
    ProdOnly: { Type: 'A::B::Table', Condition: 'IsProd' },
    Skipped: { Type: 'A::B::Skipped', Properties: { X: { 'Fn::Select': [0, ['a']] } } },
  },
})

function resolve(value: Json, parameters: Record<string, string> = {}) {
  const scope = templateScope(template, parameters, identity)
  const physical = (logicalId: string) =>
    logicalId === 'Table'
      ? { name: 't', ref: 't', attribute: (name: string) => (name === 'Arn' ? 'arn:t' : undefined) }
      : undefined
  return resolveValue(value, 'Resources.X', { ...scope, physical })
}

describe('resolveValue', () => {
  test.each<[string, Json, unknown]>([
    ['a parameter', { Ref: 'Stage' }, 'dev'],
    ['a list parameter', { Ref: 'Names' }, ['a', 'b']],
    ['an empty parameter', { Ref: 'Suffix' }, ''],
    ['a resource', { Ref: 'Table' }, 't'],
    ['an attribute, as a list', { 'Fn::GetAtt': ['Table', 'Arn'] }, 'arn:t'],
    ['an attribute, as text', { 'Fn::GetAtt': 'Table.Arn' }, 'arn:t'],
    ['the region', { Ref: 'AWS::Region' }, 'eu-west-1'],
    ['the account', { Ref: 'AWS::AccountId' }, '000000000000'],
    [
      'pseudo parameters in text',
      { 'Fn::Sub': 'arn:${AWS::Partition}:x:${AWS::URLSuffix}' },
      'arn:aws:x:amazonaws.com',
    ],
    ['names and attributes in text', { 'Fn::Sub': '${Table}/${Table.Arn}/${Rate}' }, 't/arn:t/9.8'],
    ['variables that Fn::Sub defines', { 'Fn::Sub': ['${A}-${Stage}', { A: { Ref: 'Table' } }] }, 't-dev'],
    ['an escaped name in text', { 'Fn::Sub': '${!Literal}' }, '${Literal}'],
    ['a join', { 'Fn::Join': ['-', ['a', { Ref: 'Stage' }]] }, 'a-dev'],
    ['a join of a list parameter', { 'Fn::Join': ['+', { Ref: 'Names' }] }, 'a+b'],
    ['a choice', { 'Fn::If': ['IsProd', 1, { Ref: 'Table' }] }, 't'],
    ['a negated choice', { 'Fn::If': ['NotProd', 1, 2] }, 1],
    ['no value, in an object', { a: { Ref: 'AWS::NoValue' }, b: 1 }, { b: 1 }],
    ['no value, in a list', [{ 'Fn::If': ['IsProd', 1, { Ref: 'AWS::NoValue' }] }, 2], [2]],
    [
      'a statement with a Condition of its own',
      { Condition: { Bool: { a: 'true' } } },
      { Condition: { Bool: { a: 'true' } } },
    ],
    ['null and numbers', { a: [null, 1, true] }, { a: [null, 1, true] }],
  ])('resolves %s', (_, value, expected) => {
    expect(resolve(value)).toEqual(expected)
  })

  test('evaluates a condition with a given parameter', () => {
    expect(resolve({ 'Fn::If': ['IsProd', 'yes', 'no'] }, { Stage: 'prod' })).toBe('yes')
  })

  test.each<[string, Json, string]>([
    [
      'an unknown intrinsic',
      { a: [{ 'Fn::Select': [0, ['a']] }] },
      'Resources.X.a.0: the local stack does not resolve Fn::Select',
    ],
    [
      'an unknown name',
      { b: { Ref: 'Nowhere' } },
      'Resources.X.b: the template has no parameter or resource Nowhere',
    ],
    [
      'an unknown attribute',
      { 'Fn::GetAtt': ['Table', 'StreamArn'] },
      'Resources.X: the local stack knows no attribute Table.StreamArn',
    ],
    [
      'an unknown name in text',
      { 'Fn::Sub': '${Nowhere}' },
      'Resources.X: the template has no parameter or resource Nowhere',
    ],
    [
      'an unknown condition',
      { 'Fn::If': ['Nowhere', 1, 2] },
      'Resources.X: the template has no condition Nowhere',
    ],
    [
      'an unknown operator in a condition',
      { 'Fn::If': ['Odd', 1, 2] },
      'Conditions.Odd: the local stack does not resolve Fn::Select',
    ],
    ['a join of a string', { 'Fn::Join': ['-', 'a'] }, 'Resources.X: expected a list'],
  ])('refuses %s and names its path', (_, value, message) => {
    expect(() => resolve(value)).toThrow(message)
  })
})

describe('templateScope', () => {
  test.each([
    [{ Stage: 'qa' }, 'Parameters.Stage: "qa" is not one of dev, prod'],
    [{ Suffix: 'A' }, 'Parameters.Suffix: "A" does not match [a-z]*'],
    [{ Rate: '11' }, 'Parameters.Rate: "11" is more than 10'],
    [{ Rate: 'fast' }, 'Parameters.Rate: "fast" is not a number'],
    [{ Stagge: 'dev' }, 'the template has no parameter Stagge'],
  ])('refuses an invalid parameter: %o', (parameters, message) => {
    expect(() => templateScope(template, parameters as Record<string, string>, identity)).toThrow(message)
  })

  test('requires a value for a parameter without a default', () => {
    const bare = parseTemplate({ Parameters: { Name: { Type: 'String' } }, Resources: {} })
    expect(() => templateScope(bare, {}, identity)).toThrow(
      'Parameters.Name: a value is required, because there is no default',
    )
  })
})

describe('resolveTemplate', () => {
  test('leaves out skipped types and resources whose condition does not hold', () => {
    const scope = templateScope(template, {}, identity)
    expect(resolveTemplate(template, scope, new Set(['A::B::Skipped']))).toEqual({
      Table: { type: 'A::B::Table', properties: { Name: 'stack-dev' } },
    })
  })
})

describe('parseTemplate', () => {
  test('names the path that is missing from an invalid document', () => {
    expect(() => parseTemplate({ Resources: { X: {} } })).toThrow('Resources.X.Type')
  })
})
