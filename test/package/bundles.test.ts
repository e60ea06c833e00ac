import { readFile, stat } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { packagedTemplate } from '../../local/package.ts'

const metafileSchema = z.object({
  outputs: z.record(
    z.string(),
    z.object({
      bytes: z.number(),
      imports: z.array(z.object({ path: z.string(), kind: z.string(), external: z.optional(z.boolean()) })),
      inputs: z.record(z.string(), z.unknown()),
    }),
  ),
})
type Outputs = z.infer<typeof metafileSchema>['outputs']

const entryBudgetBytes = 460_000
const startBudgetBytes = 650_000

let directory: string

beforeAll(async () => {
  directory = (await packagedTemplate()).directory
})

/** Returns the entry and every chunk that its static imports load. */
const loadedAtStart = (outputs: Outputs, entry: string, seen = new Set<string>()): Set<string> => {
  seen.add(entry)
  for (const { path, kind, external } of outputs[entry]?.imports ?? []) {
    if (kind === 'import-statement' && external !== true && !seen.has(path))
      loadedAtStart(outputs, path, seen)
  }
  return seen
}

/** Returns the names in a zip file's central directory. */
const namesInZip = (zip: Buffer): string[] => {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  const names: string[] = []
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const length = zip.readUInt16LE(at + 28)
    names.push(zip.toString('utf8', at + 46, at + 46 + length))
    at += 46 + length + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
  return names
}

describe.each(['starter', 'poller', 'observer', 'notifier'])('the bundle of the %s', (name) => {
  const outputsOf = async (): Promise<Outputs> =>
    metafileSchema.parse(JSON.parse(await readFile(join(directory, 'dist', `${name}.meta.json`), 'utf8')))
      .outputs

  test('is the whole content of its package', async () => {
    const names = namesInZip(await readFile(join(directory, '.serverless', `${name}.zip`)))
    expect(names.toSorted()).toEqual(Object.keys(await outputsOf()).toSorted())
    expect(names).toContain(`dist/${name}/index.mjs`)
    expect(names.filter((file) => !file.startsWith(`dist/${name}/`))).toEqual([])
  })

  test('stays within its size budget, alone and with its static imports', async () => {
    const outputs = await outputsOf()
    const entry = `dist/${name}/index.mjs`
    expect((await stat(join(directory, entry))).size).toBeLessThan(entryBudgetBytes)
    const loaded = [...loadedAtStart(outputs, entry)].map((path) => outputs[path]?.bytes ?? 0)
    expect(loaded.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(startBudgetBytes)
  })

  test('loads no credential provider at its start, because Lambda provides credentials in the environment', async () => {
    const outputs = await outputsOf()
    const inputs = [...loadedAtStart(outputs, `dist/${name}/index.mjs`)].flatMap((path) =>
      Object.keys(outputs[path]?.inputs ?? {}),
    )
    expect(
      inputs.filter((input) => /credential-provider-(sso|ini|process|web-identity|login)\//.test(input)),
    ).toEqual([])
  })

  test('imports only Node built-ins from outside and exports the handler', async () => {
    const external = Object.values(await outputsOf()).flatMap(({ imports }) =>
      imports.filter((imported) => imported.external === true).map(({ path }) => path.replace(/^node:/, '')),
    )
    expect(external.filter((path) => !builtinModules.includes(path))).toEqual([])
    const text = await readFile(join(directory, 'dist', name, 'index.mjs'), 'utf8')
    expect(text).toMatch(/export\{[^}]*\bas handler\b[^}]*\}/)
  })
})
