import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { cachedOutputs, cacheOutputs, forgetOutputs, outputsFile } from '../../../cli/output-cache.ts'

const minute = 60_000
const now = Date.parse('2026-11-20T02:14:00Z')
const outputs = { RunTableName: 'runs' }

describe('output cache', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'outputs-'))
    vi.stubEnv('XDG_CACHE_HOME', folder)
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    await rm(folder, { recursive: true, force: true })
  })

  test('keeps outputs for ten minutes', async () => {
    const file = outputsFile(['stack', 'eu-west-1', 'AKIA'])
    await cacheOutputs(file, outputs, now)
    expect(await cachedOutputs(file, now + 10 * minute)).toEqual(outputs)
    expect(await cachedOutputs(file, now + 10 * minute + 1)).toBeUndefined()
  })

  test('ignores an entry from the future', async () => {
    const file = outputsFile(['stack'])
    await cacheOutputs(file, outputs, now + minute)
    expect(await cachedOutputs(file, now)).toBeUndefined()
  })

  test('gives each stack, Region and access key a file that names none of them', () => {
    const files = [
      ['stack', 'eu-west-1', 'AKIA'],
      ['stack', 'eu-west-2', 'AKIA'],
      ['stack', 'eu-west-1', 'AKIB'],
    ]
    expect(new Set(files.map(outputsFile)).size).toBe(3)
    expect(outputsFile(['stack', 'eu-west-1', 'AKIA'])).not.toContain('AKIA')
  })

  test('lets only the owner read the file', async () => {
    const file = outputsFile(['stack'])
    await cacheOutputs(file, outputs, now)
    expect((await stat(file)).mode & 0o077).toBe(0)
  })

  test.each(['', '{', '[]', '{"readAtMs":"1","outputs":{}}', '{"readAtMs":1,"outputs":{"a":1}}'])(
    'ignores an entry that holds %j',
    async (text) => {
      const file = outputsFile(['stack'])
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, text)
      expect(await cachedOutputs(file, 1)).toBeUndefined()
    },
  )

  test('removes the entry that this command used, and no other', async () => {
    await forgetOutputs()
    expect(await forgetOutputs()).toBe(false)
    const file = outputsFile(['stack'])
    await cacheOutputs(file, outputs, now)
    await cachedOutputs(file, now)
    expect(await forgetOutputs()).toBe(true)
    expect(await readdir(dirname(file))).toEqual([])
  })

  test('does not fail a command when the cache cannot be written', async () => {
    await writeFile(join(folder, 'dzrun'), 'a file where the folder belongs')
    const file = outputsFile(['stack'])
    await cacheOutputs(file, outputs, now)
    expect(await cachedOutputs(file, now)).toBeUndefined()
  })
})
