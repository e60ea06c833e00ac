import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'

const pluginSchema = z.custom<new (serverless: object) => { hooks: Record<string, () => unknown> }>(
  (value) => typeof value === 'function',
)
const EsbuildPlugin = pluginSchema.parse(createRequire(import.meta.url)('../../infra/esbuild-plugin.cjs'))

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }

/** Serves UpdateTerminationProtection on loopback; `received` has the action, stack and value of each call. */
const startFakeCloudFormation = async () => {
  const received: (string | null)[][] = []
  const server = createServer(async (request, response) => {
    const form = new URLSearchParams(await text(request))
    received.push(['Action', 'StackName', 'EnableTerminationProtection'].map((name) => form.get(name)))
    response.end('<UpdateTerminationProtectionResponse/>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    received,
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  }
}

describe('EsbuildPlugin', () => {
  test.each([
    [
      ['PUBLISHED', 'SCHEMA_CHANGED'],
      ['Asset Added To Catalog', 'Asset Schema Changed'],
    ],
    [[], []],
  ])(
    'selects only the asset events of the triggers %j, and those that withdraw an asset',
    async (triggers, names) => {
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
    },
  )

  test('declares the stack parameters in the first template of a new stack', async () => {
    const Parameters = { Mode: { Type: 'String', Default: 'plan' } }
    const provider = { coreCloudFormationTemplate: {}, compiledCloudFormationTemplate: { Parameters } }
    await new EsbuildPlugin({ service: { provider } }).hooks['before:aws:deploy:deploy:createStack']?.()
    expect(provider.coreCloudFormationTemplate).toEqual({ Parameters })
  })

  test.each([
    [{ ProtectStack: true }, [true]],
    [{ ProtectStack: false }, [false]],
    [{ Mode: 'plan' }, []],
  ])(
    'sets the termination protection of the stack to the setting of the stage: %j',
    async (settings, expected) => {
      const serviceDir = await mkdtemp(join(tmpdir(), 'stage-'))
      await mkdir(join(serviceDir, 'config', 'stages'), { recursive: true })
      await writeFile(join(serviceDir, 'config', 'stages', 'prod.yml'), '')
      const { endpoint, received, close } = await startFakeCloudFormation()
      const { hooks } = new EsbuildPlugin({
        serviceDir,
        utils: { readFileSync: () => settings },
        getProvider: () => ({
          getStage: () => 'prod',
          naming: { getStackName: () => 'stack-prod' },
          getAwsSdkV3Config: async () => ({ endpoint, region: 'eu-west-1', credentials }),
        }),
      })
      await hooks['after:deploy:deploy']?.()
      await close()
      await rm(serviceDir, { recursive: true })
      expect(received).toEqual(
        expected.map((isOn) => ['UpdateTerminationProtection', 'stack-prod', String(isOn)]),
      )
    },
  )

  test('does nothing for a finished package, which has no first template', async () => {
    const provider = { compiledCloudFormationTemplate: { Parameters: {} } }
    await new EsbuildPlugin({ service: { provider } }).hooks['before:aws:deploy:deploy:createStack']?.()
    expect(provider).toEqual({ compiledCloudFormationTemplate: { Parameters: {} } })
  })
})
