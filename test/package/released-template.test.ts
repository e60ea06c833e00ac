import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { releasedTemplate } from '../../infra/released-template.ts'
import { packagedTemplate } from '../../local/package.ts'
import { resourceProblems } from './service-spec.ts'

let template: ReturnType<typeof releasedTemplate>

beforeAll(async () => {
  template = releasedTemplate((await packagedTemplate()).template, (zip) => `hashed-${zip}`)
})

describe('the released template', () => {
  test('has only properties that CloudFormation knows', async () => {
    expect(await resourceProblems(template.Resources)).toEqual([])
  })

  test('takes code from the given bucket and has no deployment bucket', () => {
    expect(template.Resources['StarterLambdaFunction']).toMatchObject({
      Properties: {
        Code: {
          S3Bucket: { Ref: 'CodeBucket' },
          S3Key: { 'Fn::Join': ['', [{ Ref: 'CodePrefix' }, 'hashed-starter.zip']] },
        },
      },
    })
    expect(JSON.stringify(template)).not.toContain('ServerlessDeploymentBucket')
  })

  test('keeps the rules, conditions and outputs of the service', () => {
    expect(Object.keys(template)).toEqual(expect.arrayContaining(['Rules', 'Conditions']))
    expect(Object.keys(template.Outputs)).toContain('RequestQueueUrl')
  })

  test('has every parameter that docs/DEPLOY.md sets', async () => {
    const page = await readFile(join(import.meta.dirname, '../../docs/DEPLOY.md'), 'utf8')
    const section = page.slice(
      page.indexOf('## Deploy without the Serverless Framework'),
      page.indexOf('## Grant memberships'),
    )
    const used = [...section.matchAll(/\b((?:Code|Mode|Domain|Alarm)[A-Za-z]*)\b ?[:=]/g)].map(
      ([, name = '']) => name,
    )
    expect(new Set(used).size).toBeGreaterThan(4)
    expect(used.filter((name) => template.Parameters[name] === undefined)).toEqual([])
  })
})
