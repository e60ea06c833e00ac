import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { cacheFolder, ownerOf, pointToStack, runningStacks } from '../../../local/start/running-stacks.ts'

const envFile = (pid: number) => `# The local stack with process id ${pid}\nexport A='b'\n`
/** No process has this id: it is above the largest that Linux and macOS assign. */
const endedPid = 2 ** 22 + 1

describe('runningStacks', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stacks-'))
    await mkdir(join(folder, 'work', '.local'), { recursive: true })
    vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'))
  })
  afterEach(async () => {
    vi.unstubAllEnvs()
    await rm(folder, { recursive: true })
  })
  const here = (name: string) => join(folder, 'work', '.local', name)

  test('finds the stack of this directory, and leaves out a stack that has ended', async () => {
    await writeFile(here('env'), envFile(endedPid))
    await writeFile(here('env-77'), envFile(process.pid))
    await writeFile(here('environment'), envFile(process.ppid))
    expect(await runningStacks(join(folder, 'work'))).toEqual([{ file: '.local/env-77', pid: process.pid }])
  })

  test('finds every running stack of this directory', async () => {
    await writeFile(here('env'), envFile(process.pid))
    await writeFile(here('env-77'), envFile(process.ppid))
    expect(await runningStacks(join(folder, 'work'))).toHaveLength(2)
  })

  test('finds a stack of another directory by its pointer', async () => {
    const elsewhere = join(folder, 'env')
    await writeFile(elsewhere, envFile(process.pid))
    await pointToStack(elsewhere)
    expect(await runningStacks(join(folder, 'work'))).toEqual([{ file: elsewhere, pid: process.pid }])
  })

  test('removes the pointers of stacks that have ended', async () => {
    const pointers = join(cacheFolder(), 'local')
    await mkdir(pointers, { recursive: true })
    await writeFile(join(pointers, String(endedPid)), here('env'))
    await pointToStack(here('env'))
    expect(await readdir(pointers)).toEqual([String(process.pid)])
  })

  test('finds no stack without a cache folder, and no owner in a file that names none', async () => {
    vi.stubEnv('XDG_CACHE_HOME', here('not-a-folder'))
    await writeFile(here('not-a-folder'), '')
    await pointToStack(here('env'))
    expect(await runningStacks(join(folder, 'work'))).toEqual([])
    expect(await ownerOf(here('not-a-folder'))).toBeUndefined()
  })
})
