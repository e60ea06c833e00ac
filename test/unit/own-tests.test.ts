import { existsSync, globSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** Files without behavior of their own. */
const untested: ReadonlyMap<string, string> = new Map([
  ['inspect/any-time.ts', 'one constant'],
  ['observe/hint-report.ts', 'types only'],
  ['start/start-context.ts', 'types only'],
])

const useCases = globSync('**/*.ts', { cwd: join(root, 'lib/usecases') }).toSorted()
const hasTest = (file: string): boolean =>
  existsSync(join(root, 'test/unit/usecases', file.replace(/\.ts$/, '.test.ts')))

describe('a use case', () => {
  test('has a test file of its own name, in the folder of its room under test/unit/usecases', () => {
    expect(useCases.length).toBeGreaterThan(70)
    expect(useCases.filter((file) => !hasTest(file) && !untested.has(file))).toEqual([])
  })

  test('needs each exception (remove one that has a test or no longer exists)', () => {
    expect([...untested.keys()].filter((file) => hasTest(file) || !useCases.includes(file))).toEqual([])
  })
})
