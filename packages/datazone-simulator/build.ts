import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BuildOptions, build } from 'esbuild'

/** Builds what the package ships: bundles without dependencies, type declarations, and the license. */
const here = import.meta.dirname
const repository = join(here, '..', '..')
const dist = join(here, 'dist')

const bundle = { bundle: true, platform: 'node', target: 'node24' } satisfies BuildOptions

rmSync(dist, { recursive: true, force: true })
const entry = { ...bundle, entryPoints: [join(here, 'index.ts')] }
await build({ ...entry, format: 'esm', outfile: join(dist, 'index.js') })
await build({ ...entry, format: 'cjs', outfile: join(dist, 'index.cjs') })
await build({
  ...bundle,
  format: 'esm',
  entryPoints: [join(repository, 'local', 'simulator.ts')],
  outfile: join(dist, 'cli.js'),
  banner: { js: '#!/usr/bin/env node' },
})

const emitted = mkdtempSync(join(tmpdir(), 'datazone-simulator-types-'))
try {
  const tsc = join(repository, 'node_modules', '.bin', 'tsc')
  const flags = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--outDir', emitted]
  execFileSync(tsc, ['-p', here, ...flags], { stdio: 'inherit' })
  for (const name of ['index', 'remote-control', 'types']) {
    const types = readFileSync(join(emitted, 'packages', 'datazone-simulator', `${name}.d.ts`), 'utf8')
    writeFileSync(join(dist, `${name}.d.ts`), types)
    // For CommonJS importers.
    writeFileSync(join(dist, `${name}.d.cts`), types.replaceAll(".ts'", ".cts'"))
  }
} finally {
  rmSync(emitted, { recursive: true, force: true })
}
copyFileSync(join(repository, 'LICENSE'), join(here, 'LICENSE'))
