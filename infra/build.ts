import { readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { build, transform } from 'esbuild'
import { parsePolicy } from '../lib/contracts/policy-file.ts'

const functionNames = ['starter', 'poller', 'observer']

/**
 * Splitting turns what is imported on demand (the SDK's credential providers, which Lambda never loads) into
 * chunks beside the entry; `module` before `main` halves the SDK, because esbuild can shake only ES modules.
 */
const bundle = async (root: string, name: string): Promise<void> => {
  const outdir = join(root, 'dist', name)
  await rm(outdir, { recursive: true, force: true })
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { index: `functions/${name}.ts` },
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
  })
  // Beside the bundle and not in it: what went in, for the tests and for esbuild's analyser.
  await writeFile(`${outdir}.meta.json`, JSON.stringify(metafile))
}

const policyPath = join('config', 'policy.json')

/** The policy is part of the bundles, so a wrong one is to fail here and not when the functions start. */
const checkPolicy = async (root: string): Promise<void> => {
  const text = await readFile(join(root, policyPath), 'utf8')
  let file: unknown
  try {
    file = JSON.parse(text)
  } catch (cause) {
    throw new Error(`${policyPath} is not JSON: ${cause instanceof Error ? cause.message : ''}`, { cause })
  }
  // Of a field that is given twice JSON.parse takes the last, without a word.
  const { warnings } = await transform(text, { loader: 'json' })
  const twice = warnings.map((warning) => `line ${warning.location?.line}: ${warning.text}`)
  if (twice.length > 0) throw new Error(`${policyPath} is wrong: ${twice.join('; ')}`)
  const policy = parsePolicy(file)
  if (!policy.ok) throw new Error(`${policyPath} is wrong: ${policy.problems.join('; ')}`)
}

/** Bundles each function of the service in `root` to `dist/<function>/index.mjs`. */
export const buildFunctions = async (root: string): Promise<void> => {
  await checkPolicy(root)
  await Promise.all(functionNames.map((name) => bundle(root, name)))
}

if (import.meta.main) await buildFunctions(resolve(import.meta.dirname, '..'))
