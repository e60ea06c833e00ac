import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { referencePage } from '../../../cli/reference.ts'

test('keeps docs/CLI.md as the commands describe themselves', async () => {
  const page = await readFile('docs/CLI.md', 'utf8')
  expect(page === (await referencePage()), 'docs/CLI.md is out of date: run npm run docs:cli').toBe(true)
})
