import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The files of the client, by the path that serves them. */
export type ClientFiles = ReadonlyMap<
  string,
  { readonly body: Uint8Array<ArrayBuffer>; readonly type: string }
>

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

const file = (path: string, body: Uint8Array<ArrayBuffer>) => [path, { body, type: typeOf(path) }] as const

/** The names of the client's files, in `page/client` or made from it. */
const clientPaths = ['index.html', 'favicon.svg', 'main.js', 'main.css'] as const

/** Bundles the client in memory, which only the repository has the sources and the bundler for. */
const bundled = async (): Promise<ClientFiles> => {
  const { bundleClient } = await import('./build-client.ts')
  return new Map((await bundleClient()).map(([path, body]) => file(path, body)))
}

/** Reads the files that were built for the package; undefined in the repository, which has none. */
const prebuilt = async (): Promise<ClientFiles | undefined> => {
  const read = clientPaths.map(async (path) =>
    file(path, new Uint8Array(await readFile(join(builtClient, path)))),
  )
  return Promise.all(read).then(
    (files) => new Map(files),
    () => undefined,
  )
}

/** The client's files: prebuilt in the package, bundled from their sources in the repository. */
export const clientFiles = async (): Promise<ClientFiles> => (await prebuilt()) ?? bundled()
