import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { packagedTemplate } from '../../local/package.ts'

const docs = join(import.meta.dirname, '../../docs')
const run = promisify(execFile)

const hasJq = await run('jq', ['--version']).then(
  () => true,
  () => false,
)

test.skipIf(!hasJq)(
  'extracts, with the filters of docs/DEPLOY.md, a template that imports the retained resources (skipped without jq)',
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
