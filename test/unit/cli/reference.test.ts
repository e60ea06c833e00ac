import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { load, programFor } from '../../../cli/program.ts'
import { examplesOf, referencePage } from '../../../cli/reference.ts'
import { wordsOf } from '../../support/doc-commands.ts'

test('keeps docs/CLI.md equal to the help of the commands', async () => {
  const page = await readFile('docs/CLI.md', 'utf8')
  expect(page === (await referencePage()), 'docs/CLI.md is out of date: run npm run docs:cli').toBe(true)
})

const program = programFor()
await load(program, [])
const leavesOf = (command: Command, path: readonly string[]): [string, Command][] =>
  command.commands.length === 0
    ? [[path.join(' '), command]]
    : command.commands.flatMap((child) => leavesOf(child, [...path, child.name()]))
const leaves = program.commands.flatMap((command) => leavesOf(command, [command.name()]))

describe('an example of --help', () => {
  test.each(leaves)('uses arguments and flags that dzrun %s has', (path, command) => {
    const own = examplesOf(command).filter((line) => line.startsWith(`dzrun ${path}`))
    expect(own.length).toBeGreaterThan(0)
    for (const example of own) {
      const words = wordsOf(example).slice(1 + path.split(' ').length)
      const { operands, unknown } = command.parseOptions(words)
      const { operands: rest, unknown: wrong } = program.parseOptions([...operands, ...unknown])
      expect(wrong, example).toEqual([])
      const needed = command.registeredArguments.filter(({ required }) => required).length
      expect(rest.length, example).toBeGreaterThanOrEqual(needed)
    }
  })
})
