import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BuildOptions, build } from 'esbuild'

/** Builds what the package ships: two bundles that depend on nothing, the types, and the license. */
const here = import.meta.dirname
const repository = join(here, '..', '..')
const dist = join(here, 'dist')

const bundle = { bundle: true, platform: 'node', format: 'esm', target: 'node24' } satisfies BuildOptions

rmSync(dist, { recursive: true, force: true })
await build({ ...bundle, entryPoints: [join(here, 'index.ts')], outfile: join(dist, 'index.js') })
await build({
  ...bundle,
  entryPoints: [join(repository, 'local', 'simulator.ts')],
  outfile: join(dist, 'cli.js'),
  banner: { js: '#!/usr/bin/env node' },
})

const emitted = mkdtempSync(join(tmpdir(), 'datazone-simulator-types-'))
try {
  const tsc = join(repository, 'node_modules', '.bin', 'tsc')
  const flags = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--outDir', emitted]
  execFileSync(tsc, ['-p', here, ...flags], { stdio: 'inherit' })
  for (const name of ['index.d.ts', 'types.d.ts'])
    copyFileSync(join(emitted, 'packages', 'datazone-simulator', name), join(dist, name))
} finally {
  rmSync(emitted, { recursive: true, force: true })
}
copyFileSync(join(repository, 'LICENSE'), join(here, 'LICENSE'))
