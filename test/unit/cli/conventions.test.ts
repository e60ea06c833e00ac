import type { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { load, programFor } from '../../../cli/program.ts'
import { examplesOf } from '../../../cli/reference.ts'

/**
 * The kinds of each command, which decide the flags that it must have. Enter each new command here.
 * - rows: prints rows; document: prints one document
 * - bulk: changes many things; one change: changes one named thing
 * - text: prints lines that are neither
 */
const kinds: Readonly<Record<string, readonly ('rows' | 'document' | 'bulk' | 'one change' | 'text')[]>> = {
  explain: ['document'],
  status: ['document'],
  quota: ['rows'],
  list: ['rows'],
  get: ['document'],
  submit: ['rows', 'bulk'],
  cancel: ['document', 'one change'],
  pause: ['document', 'one change'],
  resume: ['document', 'one change'],
  regenerate: ['rows', 'bulk'],
  retry: ['rows', 'bulk'],
  release: ['rows', 'bulk'],
  redrive: ['rows', 'bulk'],
  'backfill plan': ['document'],
  'backfill apply': ['bulk'],
  'backfill stop': ['one change'],
  'backfill status': ['rows'],
  coverage: ['rows'],
  doctor: ['rows'],
  'breaker list': ['rows'],
  'breaker close': ['one change'],
  'policy check': ['text'],
  'policy test': ['document'],
  'policy put': ['bulk'],
  'policy get': ['text'],
  'policy history': ['rows'],
  'policy diff': ['rows'],
  'membership check': ['rows'],
  'membership plan': ['text'],
  'membership add': ['rows', 'bulk'],
  'events tail': ['text'],
  page: ['text'],
  completion: ['text'],
}

const leavesOf = (command: Command, path: string): readonly (readonly [string, Command])[] =>
  command.commands.length === 0
    ? [[path, command] as const]
    : command.commands.flatMap((child) => leavesOf(child, `${path} ${child.name()}`.trim()))

const program = programFor()
await load(program, [])
const leaves = leavesOf(program, '')
const commandsOfKind = (kind: string) => leaves.filter(([path]) => kinds[path]?.some((one) => one === kind))
const flagsOf = (command: Command) => command.options.map(({ long }) => long)
const formatsOf = (command: Command) => command.options.find(({ long }) => long === '--output')?.argChoices

test('has a kind for every command', () => {
  expect(leaves.map(([path]) => path).toSorted()).toEqual(Object.keys(kinds).toSorted())
})

describe('a command', () => {
  test.each(commandsOfKind('rows'))(
    'offers every format and --columns when it prints rows: %s',
    (_, command) => {
      expect(formatsOf(command)).toEqual(['table', 'json', 'jsonl', 'csv'])
      expect(flagsOf(command)).toEqual(expect.arrayContaining(['--json', '--columns', '--quiet']))
    },
  )

  test.each(commandsOfKind('document'))('offers JSON when it prints a document: %s', (_, command) => {
    expect(formatsOf(command)).toEqual(['table', 'json', 'jsonl'])
    expect(flagsOf(command)).toEqual(expect.arrayContaining(['--json', '--quiet']))
  })

  test.each(commandsOfKind('bulk'))(
    'offers --dry-run and --yes when it changes many things: %s',
    (_, command) => {
      expect(flagsOf(command)).toEqual(expect.arrayContaining(['--dry-run', '--yes', '--quiet']))
    },
  )
})

describe('the help of a command', () => {
  test.each(leaves)('shows examples, and fits its prose in 100 columns: %s', (_, command) => {
    const examples = examplesOf(command)
    expect(examples.length).toBeGreaterThan(0)
    for (const example of examples) expect(example).toMatch(/dzrun /)
    let help = ''
    command.configureOutput({ writeOut: (text) => (help += text), getOutHelpWidth: () => 100 })
    command.outputHelp()
    const prose = help.split('\n').filter((line) => !line.startsWith('  dzrun '))
    expect(prose.filter((line) => line.length > 100)).toEqual([])
  })
})
