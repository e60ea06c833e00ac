import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { runCommand } from '../support/commands.ts'

const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  scripts: Readonly<Record<string, string>>
}
const commands = Object.entries(scripts).flatMap(([name, script]) => {
  const [, file = ''] = /preflight\.cjs (?:--\S+ )*(\S+\.ts)$/.exec(script) ?? []
  return /^(start|demo|logs|simulate|simulator|bench:\w+)$/.test(name) ? [[name, file] as const] : []
})

describe('--help', () => {
  test('is tested for the commands of package.json', () => {
    expect(commands.map(([name]) => name)).toEqual(
      expect.arrayContaining(['start', 'demo', 'logs', 'simulate', 'simulator', 'bench:pace']),
    )
  })

  test.each(commands)('names the flags of npm run %s and exits with 0', async (name, file) => {
    const { code, stdout, stderr } = await runCommand(file, '--help').ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(new RegExp(`^(npm run ${name} --|datazone-simulator) \\[flags\\]\n`))
    expect(stdout).toContain('  --help')
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([])
  })

  test.each(commands)('is offered by npm run %s for a flag it does not have', async (_, file) => {
    const { code, stdout, stderr } = await runCommand(file, '--no-such-flag').ended
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^[^\n]*--no-such-flag[^\n]*; the flags are [^\n]*--help\n$/)
  })
})
