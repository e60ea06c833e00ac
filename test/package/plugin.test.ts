import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'

const pluginSchema = z.custom<new (serverless: object) => { hooks: Record<string, () => unknown> }>(
  (value) => typeof value === 'function',
)
const EsbuildPlugin = pluginSchema.parse(createRequire(import.meta.url)('../../infra/esbuild-plugin.cjs'))

describe('the plugin', () => {
  test.each([
    [
      ['PUBLISHED', 'SCHEMA_CHANGED'],
      ['Asset Added To Catalog', 'Asset Schema Changed'],
    ],
    [[], []],
  ])('delivers only the asset events of the triggers %j', async (triggers, names) => {
    const serviceDir = await mkdtemp(join(tmpdir(), 'policy-'))
    await mkdir(join(serviceDir, 'config'))
    const policy = { version: 1, triggers, rules: [{ match: {}, run: {} }] }
    await writeFile(join(serviceDir, 'config', 'policy.json'), JSON.stringify(policy))
    const EventPattern = { source: ['aws.datazone'], 'detail-type': ['replaced'] }
    const template = { Resources: { AssetEventsRule: { Properties: { EventPattern } } } }
    const service = { provider: { compiledCloudFormationTemplate: template } }
    const { hooks } = new EsbuildPlugin({ service, serviceDir })
    await hooks['after:aws:package:finalize:mergeCustomProviderResources']?.()
    await rm(serviceDir, { recursive: true })
    expect(EventPattern['detail-type']).toEqual([...names, 'Asset Unpublished', 'Asset Listing Deleted'])
  })

  test('declares the stack parameters in the first template of a new stack', async () => {
    const Parameters = { Mode: { Type: 'String', Default: 'plan' } }
    const provider = { coreCloudFormationTemplate: {}, compiledCloudFormationTemplate: { Parameters } }
    await new EsbuildPlugin({ service: { provider } }).hooks['before:aws:deploy:deploy:createStack']?.()
    expect(provider.coreCloudFormationTemplate).toEqual({ Parameters })
  })

  test('does nothing for a finished package, which has no first template', async () => {
    const provider = { compiledCloudFormationTemplate: { Parameters: {} } }
    await new EsbuildPlugin({ service: { provider } }).hooks['before:aws:deploy:deploy:createStack']?.()
    expect(provider).toEqual({ compiledCloudFormationTemplate: { Parameters: {} } })
  })
})
