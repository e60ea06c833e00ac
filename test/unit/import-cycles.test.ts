import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..', '..')
const rooms = [
  'lib',
  'functions',
  'local',
  'cli',
  'page',
  'events',
  'bench',
  'infra',
  'examples',
  'packages',
  'test',
]

/** Returns every relative import of a file, type imports and re-exports included. */
const importsOf = (source: string): string[] =>
  [...source.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g)].flatMap(([, path]) => path ?? [])

/** Returns the first cycle that a depth-first walk finds, as the files along it, or undefined when there is none. */
const findCycle = (graph: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined => {
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (done.has(file)) return undefined
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next, [...path, file])
      if (cycle !== undefined) return cycle
    }
    done.add(file)
    return undefined
  }
  for (const file of graph.keys()) {
    const cycle = visit(file, [])
    if (cycle !== undefined) return cycle
  }
  return undefined
}

describe('the graph of imports', () => {
  test('forms no cycle (to break one, move what both files need to a third file)', () => {
    const files = rooms.flatMap((room) =>
      globSync(`${room}/**/*.{ts,tsx,mjs}`, { cwd: root, exclude: ['**/node_modules/**', '**/dist/**'] }),
    )
    const graph = new Map(
      files.map((file) => [
        file,
        importsOf(readFileSync(join(root, file), 'utf8')).map((path) =>
          relative(root, resolve(root, dirname(file), path)),
        ),
      ]),
    )
    expect(graph.size).toBeGreaterThan(700)
    expect(findCycle(graph)?.join(' -> ')).toBeUndefined()
  })

  test('includes type imports', () => {
    expect(importsOf("import type { B } from './b.ts'\nexport { c } from './c.ts'")).toEqual([
      './b.ts',
      './c.ts',
    ])
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['b']],
    ])
    expect(findCycle(graph)).toEqual(['b', 'c', 'b'])
  })
})
