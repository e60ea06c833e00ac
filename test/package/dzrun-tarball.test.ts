import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildCli } from '../../cli/package.ts'
import { eventually } from '../support/eventually.ts'

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
      // An empty cache, so that dzrun finds no local stack of another directory.
      env: { ...process.env, XDG_CACHE_HOME: folder },
    })

  test('needs no other package', async () => {
    expect((await readdir(join(folder, 'node_modules'))).filter((name) => !name.startsWith('.'))).toEqual([
      'dzrun',
    ])
  })

  test('shows help, suggests commands, and prints how to start a stack', () => {
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

  test('serves the page with its client, even beside a bundler that lacks its sources', async () => {
    const esbuild = join(folder, 'node_modules', 'esbuild')
    await mkdir(esbuild)
    await writeFile(join(esbuild, 'package.json'), '{"name":"esbuild","version":"0.0.0","main":"index.js"}')
    await writeFile(join(esbuild, 'index.js'), 'exports.build = () => { throw new Error("no sources") }')
    const nowhere = 'http://127.0.0.1:9'
    const environment = {
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_DYNAMODB: nowhere,
      AWS_ENDPOINT_URL_SQS: nowhere,
      AWS_ENDPOINT_URL_DATAZONE: nowhere,
      AWS_ENDPOINT_URL_EVENTBRIDGE: nowhere,
      RUN_TABLE: 'runs',
      REQUEST_QUEUE_URL: `${nowhere}/requests`,
      REQUEST_DLQ_URL: `${nowhere}/dead`,
      REJECTED_QUEUE_URL: `${nowhere}/rejected`,
      RUN_BUS: 'bus',
    }
    const lines = Object.entries(environment).map(([name, value]) => `export ${name}='${value}'`)
    const env = join(folder, 'env')
    await writeFile(env, `${lines.join('\n')}\n`)
    const page = spawn(join(folder, 'node_modules', '.bin', 'dzrun'), ['page', '--local', env], {
      cwd: folder,
    })
    const closed = once(page, 'close')
    let printed = ''
    for (const stream of [page.stdout, page.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        printed += text
      })
    try {
      const url = await eventually(() => {
        const [address = ''] = /http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/.exec(printed) ?? []
        expect(address, printed).not.toBe('')
        return address
      })
      const first = await fetch(url, { redirect: 'manual' })
      const cookie = first.headers
        .getSetCookie()
        .map((one) => one.split(';')[0])
        .join('; ')
      const get = async (path: string) => {
        const answer = await fetch(new URL(path, url), { headers: { cookie } })
        return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() }
      }
      const html = await get('/')
      expect(html).toMatchObject({ status: 200, type: expect.stringContaining('text/html') })
      const files = [...html.text.matchAll(/(?:src|href)="(\/files\/[^"]+)"/g)].map(([, path = '']) => path)
      expect(files.length).toBeGreaterThan(1)
      for (const path of files) {
        const { status, text } = await get(path)
        expect({ path, status, isEmpty: text === '' }).toEqual({ path, status: 200, isEmpty: false })
      }
    } finally {
      page.kill('SIGINT')
      expect(await closed).toEqual([0, null])
    }
  })
})
