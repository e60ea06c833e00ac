import { rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import { bundleOptions } from './bundle-options.ts'
import { checkPolicy, InvalidPolicyFile } from './check-policy.ts'

const functionNames = ['starter', 'poller', 'observer', 'notifier']

/** Bundles one function. The SDK's credential providers, which Lambda never loads, become chunks beside the entry. */
const bundle = async (root: string, name: string): Promise<void> => {
  const outdir = join(root, 'dist', name)
  await rm(outdir, { recursive: true, force: true })
  const { metafile } = await build({
    ...bundleOptions,
    absWorkingDir: root,
    entryPoints: { index: `functions/${name}.ts` },
    outdir,
    outExtension: { '.js': '.mjs' },
    metafile: true,
  })
  // The list of the bundle's inputs, for the tests and for esbuild's analyzer.
  await writeFile(`${outdir}.meta.json`, JSON.stringify(metafile))
}

/**
 * Bundles each function of the service in `root` to `dist/<function>/index.mjs`.
 * @throws InvalidPolicyFile when `config/policy.json` cannot be used
 */
export const buildFunctions = async (root: string): Promise<void> => {
  await checkPolicy(root)
  await Promise.all(functionNames.map((name) => bundle(root, name)))
}

if (import.meta.main) {
  try {
    await buildFunctions(resolve(import.meta.dirname, '..'))
  } catch (error) {
    if (!(error instanceof InvalidPolicyFile)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
}
