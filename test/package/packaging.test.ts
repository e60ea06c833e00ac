import {
  appendFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { packagedTemplate } from '../../local/package.ts'

const repository = resolve(import.meta.dirname, '..', '..')

let root: string

/** Creates a service with this serverless.yml and infra, and functions that do nothing. */
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'packaging-'))
  await cp(join(repository, 'serverless.yml'), join(root, 'serverless.yml'))
  for (const name of ['infra', 'package.json', 'package-lock.json']) {
    await symlink(join(repository, name), join(root, name))
  }
  for (const name of ['functions', 'lib']) await mkdir(join(root, name))
  await cp(join(repository, 'config'), join(root, 'config'), { recursive: true })
  for (const name of ['starter', 'poller', 'observer', 'notifier']) {
    await writeFile(join(root, 'functions', `${name}.ts`), 'export const handler = () => 1')
  }
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(root, { recursive: true, force: true })
})

const stored = () => readdir(join(root, 'node_modules', '.cache', 'packaged-service'))

describe('packagedTemplate', { timeout: 60_000 }, () => {
  test('ignores AWS settings of the machine, and tolerates a concurrent call', async () => {
    vi.stubEnv('AWS_PROFILE', 'not-there')
    vi.stubEnv('AWS_REGION', 'eu-west-3')
    const [one, other] = await Promise.all([packagedTemplate(root), packagedTemplate(root)])
    expect(other).toEqual(one)
    expect(await stored()).toHaveLength(1)
    expect(Object.keys(one.template.Resources)).toContain('StarterLambdaFunction')
    expect(JSON.stringify(one.template)).not.toContain('eu-west-3')
    expect((await stat(join(one.directory, 'dist', 'starter', 'index.mjs'))).isFile()).toBe(true)
  })

  test('uses the deployment bucket and the tags of the settings file', async () => {
    const settings = 'Region: eu-west-1\nDeploymentBucket: zips\nTags: { team: data, cost: 7 }\n'
    await writeFile(join(root, 'config', 'stages', 'local.yml'), settings)
    const { directory, template } = await packagedTemplate(root)
    expect(Object.keys(template.Resources)).not.toContain('ServerlessDeploymentBucket')
    expect(template.Resources['StarterLambdaFunction']?.Properties).toMatchObject({
      Code: { S3Bucket: 'zips' },
    })
    const state: unknown = JSON.parse(
      await readFile(join(directory, '.serverless', 'serverless-state.json'), 'utf8'),
    )
    expect(state).toMatchObject({ service: { provider: { stackTags: { team: 'data', cost: '7' } } } })
  })

  test('packages again only after a source has changed', async () => {
    const first = await packagedTemplate(root)
    const { mtimeMs } = await stat(join(first.directory, '.serverless'))
    expect((await packagedTemplate(root)).directory).toBe(first.directory)
    expect((await stat(join(first.directory, '.serverless'))).mtimeMs).toBe(mtimeMs)
    await writeFile(join(root, 'lib', 'new.ts'), 'export const value = 1')
    expect((await packagedTemplate(root)).directory).not.toBe(first.directory)
    expect(await stored()).toHaveLength(2)
  })

  test('reports a broken function in one line', async () => {
    await writeFile(join(root, 'functions', 'poller.ts'), "import './nowhere.ts'")
    await expect(packagedTemplate(root)).rejects.toThrow(
      /^serverless package failed: .*Could not resolve "\.\/nowhere\.ts"$/,
    )
    expect(await stored()).toEqual([])
  })

  test('reports an invalid policy in one line, with the place', async () => {
    const rules = [
      { match: {}, run: {} },
      { match: { domain: 'dzd/*' }, run: {} },
    ]
    await writeFile(join(root, 'config', 'policy.json'), JSON.stringify({ version: 1, rules }))
    await expect(packagedTemplate(root)).rejects.toThrow(
      /^serverless package failed: .*rules\[1\]\.match\.domain: must match .*$/,
    )
    await writeFile(join(root, 'config', 'policy.json'), '{')
    await expect(packagedTemplate(root)).rejects.toThrow(/policy\.json is not JSON/)
    const twice = '{ "version": 1, "rules": [{ "match": {}, "skip": "all", "match": {} }] }'
    await writeFile(join(root, 'config', 'policy.json'), twice)
    await expect(packagedTemplate(root)).rejects.toThrow(
      /policy\.json is invalid: line 1: Duplicate key "match"/,
    )
    expect(await stored()).toEqual([])
  })

  test('reports an invalid serverless.yml in one line', async () => {
    await appendFile(join(root, 'serverless.yml'), 'layer: {}')
    await expect(packagedTemplate(root)).rejects.toThrow(/^serverless package failed: .*'layer'.*$/)
  })
})
