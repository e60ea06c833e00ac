import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { writeEnvFile } from '../../../local/start/env-file.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'env-'))
  vi.stubEnv('XDG_CACHE_HOME', directory)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(directory, { recursive: true })
})

describe('writeEnvFile', () => {
  test('writes a file that a shell can source, and creates its folder', async () => {
    const file = join(directory, 'new', 'env')
    expect(await writeEnvFile(file, { A: 'http://x:1', B: 'two words' })).toBe(file)
    const out = execFileSync('sh', ['-c', `. ${file} && printf '%s' "$A $B"`], { encoding: 'utf8' })
    expect(out).toBe('http://x:1 two words')
  })

  test('keeps the file of another running stack', async () => {
    const file = join(directory, 'env')
    await writeFile(file, `# The local stack with process id ${process.ppid}\n`)
    expect(await writeEnvFile(file, { A: '1' })).toBe(`${file}-${process.pid}`)
    expect(await readFile(file, 'utf8')).toContain(String(process.ppid))
  })

  test('replaces the file of a stack that has ended', async () => {
    const file = join(directory, 'env')
    // Above the largest process id of Linux and macOS.
    await writeFile(file, '# The local stack with process id 4194305\n')
    expect(await writeEnvFile(file, { A: '1' })).toBe(file)
  })
})
