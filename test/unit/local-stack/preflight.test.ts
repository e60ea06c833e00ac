import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'

interface Host {
  readonly version: string
  readonly platform: string
  readonly hasPackage: (name: string) => boolean
}
const { problemOf } = createRequire(import.meta.url)('../../../local/preflight.cjs') as {
  problemOf: (host: Host) => string | undefined
}
const repository = new URL('../../..', import.meta.url).pathname
const { scripts, engines, optionalDependencies } = JSON.parse(
  readFileSync(`${repository}/package.json`, 'utf8'),
) as {
  scripts: Record<string, string>
  engines: { node: string }
  optionalDependencies: Record<string, string>
}
const host = { version: '24.0.0', platform: 'linux-x64', hasPackage: () => true }

describe('preflight', () => {
  test('accepts Node 24 with the packages of its platform', () => {
    expect(problemOf(host)).toBeUndefined()
    expect(engines.node).toBe('>=24')
  })

  test.each(['win32-x64', 'darwin-x64', 'linux-x64'])('says in one line what to install: %s', (platform) => {
    const problem = problemOf({ ...host, version: '20.20.2', platform })
    expect(problem).toMatch(/^This project needs Node 24 or later, but this is Node 20\.20\.2 on .*$/)
    expect(problem).toContain('https://nodejs.org')
  })

  test('offers to install Node only on the platforms of the Node packages in package.json', () => {
    const offered = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'darwin-x64', 'win32-x64'].filter(
      (platform) => problemOf({ ...host, version: '20.0.0', platform })?.includes('--include=optional'),
    )
    const packaged = Object.keys(optionalDependencies).filter((name) => name.startsWith('node-'))
    expect(packaged.map((name) => name.replace(/^node-(bin-)?/, '')).toSorted()).toEqual(offered.toSorted())
  })

  test('names the packages that --omit=optional left out', () => {
    const problem = problemOf({ ...host, hasPackage: (name) => name !== '@esbuild/linux-x64' })
    expect(problem).toMatch(/^The packages for linux-x64 are not installed .*npm ci --include=optional$/)
  })

  test.each(Object.entries(scripts))('runs before anything else in npm run %s', (_, command) => {
    expect(command).toMatch(/^node (-r \.\/local\/preflight\.cjs |local\/preflight\.cjs && )/)
  })

  test('stops an old Node before it loads a .ts file', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        '-e',
        `Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } }); require('./local/preflight.cjs'); require('./local/start.ts')`,
      ],
      { cwd: repository, encoding: 'utf8' },
    )
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toMatch(/^This project needs Node 24 [^\n]+\n$/)
  })
})
