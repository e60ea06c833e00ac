import { execFileSync } from 'node:child_process'
import { chmod, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import * as z from 'zod/mini'
import { bundleOptions } from '../infra/bundle-options.ts'
import { buildClient } from '../page/server/build-client.ts'

/**
 * Packs dzrun as a tarball without dependencies: Node runs no TypeScript under node_modules, and installing the SDKs takes
 * longer than any command. Folders keep their places, because the code finds files by relative paths.
 */
const root = join(import.meta.dirname, '..')

const Manifest = z.object({ version: z.string(), description: z.string(), license: z.string() })

const bundle = (outdir: string) =>
  build({
    ...bundleOptions,
    absWorkingDir: root,
    entryPoints: { main: 'cli/main.ts' },
    outdir,
    // The package contains the built client of the page, so it never bundles.
    external: ['esbuild'],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  })

/** Builds the package in a folder, `dist/dzrun` when left out, and returns its path. Empties the folder first. */
export const buildCli = async (folder = join(root, 'dist', 'dzrun')): Promise<string> => {
  const code = join(folder, 'dist', 'cli')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await bundle(code)
  await buildClient(join(folder, 'dist', 'page'))
  await cp(join(root, 'config', 'policy.json'), join(folder, 'dist', 'config', 'policy.json'))
  await cp(join(root, 'LICENSE'), join(folder, 'LICENSE'))
  await cp(join(root, 'docs', 'CLI.md'), join(folder, 'README.md'))
  await chmod(join(code, 'main.js'), 0o755)
  const { version, description, license } = z.parse(
    Manifest,
    JSON.parse(await readFile(join(root, 'package.json'), 'utf8')),
  )
  const manifest = {
    name: 'dzrun',
    version,
    description: `The command line of a service that ${description.replace(/^./, (first) => first.toLowerCase())}`,
    license,
    type: 'module',
    engines: { node: '>=24' },
    bin: { dzrun: 'dist/cli/main.js' },
    files: ['dist', 'README.md', 'LICENSE'],
  }
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  return folder
}

if (import.meta.main) {
  const built = await buildCli()
  execFileSync('npm', ['pack', built, '--pack-destination', join(root, 'dist')], { stdio: 'inherit' })
}
