import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildCli } from '../../cli/package.ts'

const run = promisify(execFile)

describe('the packed dzrun, installed elsewhere', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dzrun-'))
    await run('npm', ['pack', await buildCli(), '--pack-destination', folder])
    const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz')) ?? ''
    await writeFile(join(folder, 'package.json'), '{"private":true}')
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', join(folder, tarball)], {
      cwd: folder,
    })
  })
  afterAll(() => rm(folder, { recursive: true }))

  const dzrun = (...args: readonly string[]) =>
    spawnSync(join(folder, 'node_modules', '.bin', 'dzrun'), args, {
      cwd: folder,
      encoding: 'utf8',
      // Local stacks of other directories are not meant.
      env: { ...process.env, XDG_CACHE_HOME: folder },
    })

  test('needs no other package', async () => {
    expect((await readdir(join(folder, 'node_modules'))).filter((name) => !name.startsWith('.'))).toEqual([
      'dzrun',
    ])
  })

  test('shows help, suggests commands, and says how to get a stack', () => {
    expect(dzrun('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('explain <asset>') })
    expect(dzrun('lsit')).toMatchObject({ status: 2, stderr: expect.stringContaining('Did you mean list?') })
    expect(dzrun('status')).toMatchObject({ status: 2, stderr: expect.stringContaining('run npm start') })
    expect(dzrun('policy', 'check', 'no.json')).toMatchObject({ status: 2 })
  })

  test('prints completion that bash parses and that completes commands, flags and values', async () => {
    const { stdout, status } = dzrun('completion', 'bash')
    expect(status).toBe(0)
    const file = join(folder, 'completion.bash')
    await writeFile(file, stdout)
    const complete = (...words: readonly string[]) => {
      const line = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}`
      const script = `source '${file}'; ${line}; _dzrun; echo "\${COMPREPLY[@]}"`
      return spawnSync('bash', ['-c', script], { encoding: 'utf8' }).stdout.trim()
    }
    expect(complete('dzrun', 'expl')).toBe('explain')
    expect(complete('dzrun', 'breaker', 'cl')).toBe('close')
    expect(complete('dzrun', 'list', '--end')).toBe('--ending')
    expect(complete('dzrun', 'list', '--output', 'js')).toBe('json jsonl')
  })

  test.each(['zsh', 'fish'])('prints completion for %s', (shell) => {
    expect(dzrun('completion', shell)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('explain'),
    })
  })
})
