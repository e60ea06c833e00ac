import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { packagedTemplate } from '../../local/package.ts'

const docs = join(import.meta.dirname, '../../docs')
const run = promisify(execFile)

const policySchema = z.object({
  Statement: z.array(z.object({ Sid: z.string(), Action: z.union([z.string(), z.array(z.string())]) })),
})

/** The IAM prefix of the service that a resource type belongs to. */
const prefixes: Readonly<Record<string, string>> = {
  CloudWatch: 'cloudwatch',
  Logs: 'logs',
  Events: 'events',
  S3: 's3',
}

test('covers the service of every resource in the template with docs/deployer-policy.json', async () => {
  const policy = policySchema.parse(JSON.parse(await readFile(join(docs, 'deployer-policy.json'), 'utf8')))
  const granted = new Set(
    policy.Statement.flatMap(({ Action }) => [Action].flat()).map((action) => action.replace(/:.*/, '')),
  )
  const { template } = await packagedTemplate()
  const needed = Object.values(template.Resources).map(({ Type }) => {
    const service = Type.split('::')[1] ?? ''
    return prefixes[service] ?? service.toLowerCase()
  })
  expect([...new Set(needed)].filter((service) => !granted.has(service))).toEqual([])
})

const hasJq = await run('jq', ['--version']).then(
  () => true,
  () => false,
)

test.skipIf(!hasJq)(
  'cuts, as docs/DEPLOY.md says, a template that imports the retained resources (skipped without jq)',
  async () => {
    const page = await readFile(join(docs, 'DEPLOY.md'), 'utf8')
    const section = page.slice(page.indexOf('## Adopt what an earlier stack left'))
    const filters = [...section.matchAll(/^jq '([^']+)'/gm)].map(([, filter = '']) => filter)
    const { directory } = await packagedTemplate()
    const folder = await mkdtemp(join(tmpdir(), 'adopt-'))
    try {
      const env = { ...process.env, AWS_REGION: 'eu-west-1', ACCOUNT: '111122223333' }
      const template = join(directory, '.serverless/cloudformation-template-update-stack.json')
      await run('sh', ['-c', `jq "$0" "$1" > "$2"`, filters[0] ?? '', template, join(folder, 'adopt.json')], {
        env,
      })
      const { stdout } = await run('jq', [filters[1] ?? '', join(folder, 'adopt.json')], { env })
      expect(JSON.parse(stdout)).toContainEqual({
        LogicalResourceId: 'RunTable',
        ResourceType: 'AWS::DynamoDB::Table',
        ResourceIdentifier: { TableName: 'datazone-run-orchestrator-local-runs' },
      })
      expect(JSON.parse(stdout)).toHaveLength(6)
      expect(stdout).toContain(
        'https://sqs.eu-west-1.amazonaws.com/111122223333/datazone-run-orchestrator-local-rejected',
      )
      expect(stdout).not.toContain('null')
    } finally {
      await rm(folder, { recursive: true })
    }
  },
)
