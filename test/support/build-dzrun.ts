import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { buildCli } from '../../cli/package.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The file of the built dzrun. */
    readonly dzrun: string
  }
}

// Always the same folder, so that Node finds the compiled code of the last time.
const folder = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'dzrun')

/** Builds dzrun once, as it is published: from source, each of the many commands that tests run costs a third more. */
export const setup = async (project: TestProject): Promise<void> => {
  project.provide('dzrun', join(await buildCli(folder), 'dist', 'cli', 'main.js'))
}
