import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseAst } from 'vitest/node'

const root = join(import.meta.dirname, '../..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

const maxFunctionLines = 40
const maxParameters = 4
const maxFileLines = 300
const maxTestLines = 300
const maxSimulationLines = 400

/** Closures over one changing state, whose functions read better together: see docs/adr/0150-sizes.md. */
const longFunctions: ReadonlySet<string> = new Set([
  'lib/usecases/sweep/record-facts.ts factRecorder',
  'local/data-dir/datazone-journal.ts openDataZoneJournal',
  'local/datazone/world/due-queue.ts createDueQueue',
  'local/datazone/world/outbox.ts createOutbox',
  'local/datazone/world/run-index.ts createRunIndex',
  'local/eventbridge/rule-book.ts ruleBook',
  'local/eventbridge/server.ts eventBridgeCore',
  'local/lambda/environment.ts startEnvironment',
  'local/lambda/event-source.ts startEventSource',
  'local/lambda/host.ts lambdaHost',
  'local/servers/scheduler.ts startSchedule',
])

/** The declarations of a package, and files with a reason to stay whole: see docs/adr/0150-sizes.md. */
const longFiles: ReadonlySet<string> = new Set([
  'packages/datazone-simulator/types.ts',
  'test/simulation/ports/run-store.ts',
])

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly id?: { readonly name?: string } | null
  readonly params?: readonly unknown[]
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'

interface FoundFunction {
  readonly name: string
  readonly line: number
  readonly lines: number
  readonly parameters: number
}

/** Returns every function of a file. An unnamed function gets the name of the constant that it is assigned to. */
const functionsIn = (file: string): readonly FoundFunction[] => {
  const text = read(file)
  const lineAt = (position: number): number => text.slice(0, position).split('\n').length
  const found: FoundFunction[] = []
  const visit = (node: Node, name: string): void => {
    const own = node.id?.name ?? name
    if (/Function/.test(node.type))
      found.push({
        name: own,
        line: lineAt(node.start),
        lines: lineAt(node.end) - lineAt(node.start) + 1,
        parameters: node.params?.length ?? 0,
      })
    for (const child of Object.values(node).flat()) if (isNode(child)) visit(child, own)
  }
  const program: unknown = parseAst(text, { lang: file.endsWith('x') ? 'tsx' : 'ts' })
  if (isNode(program)) visit(program, 'anonymous')
  return found
}

const sources = globSync(
  '{lib,functions,local,cli,page,bench,packages,infra,events,examples}/**/*.{ts,tsx,mjs}',
  {
    cwd: root,
    exclude: ['**/node_modules/**', '**/dist/**'],
  },
)

describe('the code', () => {
  test('keeps a function to 40 lines (split it by idea, not by line)', () => {
    const long = sources.flatMap((file) =>
      functionsIn(file).flatMap(({ name, line, lines }) =>
        lines > maxFunctionLines && !longFunctions.has(`${file} ${name}`)
          ? [`${file}:${line}: ${name} has ${lines} lines`]
          : [],
      ),
    )
    expect(long).toEqual([])
  })

  test('needs each named exception (remove one that is within the limit)', () => {
    const needed = [...longFunctions].filter((named) => {
      const [file = '', name] = named.split(' ')
      return functionsIn(file).some((one) => one.name === name && one.lines > maxFunctionLines)
    })
    expect(needed).toEqual([...longFunctions])
  })

  test('keeps a function to four parameters (pass what travels together as one object)', () => {
    const wide = sources.flatMap((file) =>
      functionsIn(file).flatMap(({ name, line, parameters }) =>
        parameters > maxParameters ? [`${file}:${line}: ${name} has ${parameters} parameters`] : [],
      ),
    )
    expect(wide).toEqual([])
  })

  test('keeps a file to 300 lines, and a file of the simulation to 400 (move an idea to its own file)', () => {
    const limited = [
      ...sources.map((file): [string, number] => [file, maxFileLines]),
      ...globSync('test/**/*.ts', { cwd: root }).map((file): [string, number] => [
        file,
        file.startsWith('test/simulation/') ? maxSimulationLines : maxTestLines,
      ]),
    ]
    const long = limited.flatMap(([file, limit]) => {
      const lines = read(file).trimEnd().split('\n').length
      return lines > limit && !longFiles.has(file) ? [`${file} has ${lines} lines`] : []
    })
    expect(long).toEqual([])
  })
})
