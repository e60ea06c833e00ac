import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findDynoxide } from '../../../local/dynamodb/dynoxide.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dynoxide-'))
})
afterEach(() => rm(directory, { recursive: true }))

test('prefers the packaged engine to one on the PATH', async () => {
  const program = join(directory, 'dynoxide')
  await writeFile(program, '', { mode: 0o755 })
  const path = ['/nowhere', directory].join(delimiter)
  expect(findDynoxide(path, process.execPath)).toBe(process.execPath)
  expect(findDynoxide(path, '/nowhere/dynoxide')).toBe(program)
})

test('says in one line how to get an engine', async () => {
  await writeFile(join(directory, 'dynoxide'), '', { mode: 0o644 })
  expect(() => findDynoxide(directory, '/nowhere/dynoxide')).toThrow(
    /^No DynamoDB engine for .+: set DYNAMODB_ENDPOINT .+, put dynoxide on the PATH, or npm install .+$/,
  )
})
