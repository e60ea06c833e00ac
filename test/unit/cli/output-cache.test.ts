import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { forgetOutputs, keepOutputs, keptOutputs, outputsFile } from '../../../cli/output-cache.ts'

const minute = 60_000
const now = Date.parse('2026-11-20T02:14:00Z')
const outputs = { RunTableName: 'runs' }

describe('kept outputs', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'outputs-'))
    vi.stubEnv('XDG_CACHE_HOME', folder)
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    await rm(folder, { recursive: true, force: true })
  })

  test('last ten minutes', async () => {
    const file = outputsFile(['stack', 'eu-west-1', 'AKIA'])
    await keepOutputs(file, outputs, now)
    expect(await keptOutputs(file, now + 10 * minute)).toEqual(outputs)
    expect(await keptOutputs(file, now + 10 * minute + 1)).toBeUndefined()
  })

  test('from the future are not believed', async () => {
    const file = outputsFile(['stack'])
    await keepOutputs(file, outputs, now + minute)
    expect(await keptOutputs(file, now)).toBeUndefined()
  })

  test('have a file of their own for each stack, Region and access key, which names none of them', () => {
    const files = [
      ['stack', 'eu-west-1', 'AKIA'],
      ['stack', 'eu-west-2', 'AKIA'],
      ['stack', 'eu-west-1', 'AKIB'],
    ]
    expect(new Set(files.map(outputsFile)).size).toBe(3)
    expect(outputsFile(['stack', 'eu-west-1', 'AKIA'])).not.toContain('AKIA')
  })

  test('can be read by their owner only', async () => {
    const file = outputsFile(['stack'])
    await keepOutputs(file, outputs, now)
    expect((await stat(file)).mode & 0o077).toBe(0)
  })

  test.each(['', '{', '[]', '{"readAtMs":"1","outputs":{}}', '{"readAtMs":1,"outputs":{"a":1}}'])(
    'that hold %j count as absent',
    async (text) => {
      const file = outputsFile(['stack'])
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, text)
      expect(await keptOutputs(file, 1)).toBeUndefined()
    },
  )

  test('are removed when a resource is missing, if this command used them', async () => {
    await forgetOutputs()
    expect(await forgetOutputs()).toBe(false)
    const file = outputsFile(['stack'])
    await keepOutputs(file, outputs, now)
    await keptOutputs(file, now)
    expect(await forgetOutputs()).toBe(true)
    expect(await readdir(dirname(file))).toEqual([])
  })

  test('cost no command where the cache cannot be written', async () => {
    await writeFile(join(folder, 'dzrun'), 'a file where the folder belongs')
    const file = outputsFile(['stack'])
    await keepOutputs(file, outputs, now)
    expect(await keptOutputs(file, now)).toBeUndefined()
  })
})
