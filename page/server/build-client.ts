import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

const client = join(import.meta.dirname, '../client')

type NamedFile = readonly [path: string, body: Uint8Array<ArrayBuffer>]

/** Bundles the client into `main.js` and `main.css`. `index.html` and `favicon.svg` are copied unchanged. */
export const bundleClient = async (): Promise<readonly NamedFile[]> => {
  const { outputFiles } = await build({
    absWorkingDir: client,
    entryPoints: ['main.tsx'],
    outdir: client,
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome120', 'firefox121', 'safari17'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'warning',
  })
  const made = outputFiles.map(
    ({ path, contents }): NamedFile => [path.slice(client.length + 1), new Uint8Array(contents)],
  )
  const copied = await Promise.all(
    ['index.html', 'favicon.svg'].map(
      async (name): Promise<NamedFile> => [name, new Uint8Array(await readFile(join(client, name)))],
    ),
  )
  return [...made, ...copied]
}

/** Writes the bundle to a folder, for the package. */
export const buildClient = async (folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true })
  for (const [path, body] of await bundleClient()) await writeFile(join(folder, path), body)
}
