import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CompressedBody, compressed } from './compressed.ts'

/** A file of the client. */
export interface ClientFile {
  readonly body: CompressedBody
  readonly type: string
}

const root = join(import.meta.dirname, '../..')
/** Where `buildClient` puts the files for the package. */
const builtClient = join(root, 'dist/page')

const types: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  svg: 'image/svg+xml',
}

const typeOf = (path: string): string => types[path.slice(path.lastIndexOf('.') + 1)] ?? 'text/plain'

type NamedFile = readonly [path: string, body: Uint8Array<ArrayBuffer>]

/** The paths of the client's files. */
const clientPaths = ['index.html', 'favicon.svg', 'main.js', 'main.css'] as const

/** Bundles the client in memory. Only the repository has its sources and the bundler. */
const bundled = async (): Promise<readonly NamedFile[]> => {
  const { bundleClient } = await import('./build-client.ts')
  return bundleClient()
}

/** Reads the files that were built for the package; undefined in the repository, which has none. */
const prebuilt = (): Promise<readonly NamedFile[] | undefined> =>
  Promise.all(
    clientPaths.map(async (path) => [path, new Uint8Array(await readFile(join(builtClient, path)))] as const),
  ).catch(() => undefined)

/** The client's files: prebuilt in the package, bundled from their sources in the repository. */
export const clientFiles = async (): Promise<ReadonlyMap<string, ClientFile>> => {
  const files = (await prebuilt()) ?? (await bundled())
  return new Map(
    await Promise.all(
      files.map(
        async ([path, body]) => [path, { body: await compressed(body), type: typeOf(path) }] as const,
      ),
    ),
  )
}
