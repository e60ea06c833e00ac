import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'

const pluginSchema = z.custom<new (serverless: object) => { hooks: Record<string, () => unknown> }>(
  (value) => typeof value === 'function',
)
const EsbuildPlugin = pluginSchema.parse(createRequire(import.meta.url)('../../infra/esbuild-plugin.cjs'))

describe('the plugin', () => {
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
