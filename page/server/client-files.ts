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

/** Bundles the client in memory, or returns undefined where there is no bundler: in the installed package. */
const bundled = async (): Promise<ClientFiles | undefined> => {
  const build = await import('./build-client.ts').catch(() => undefined)
  return build === undefined
    ? undefined
    : new Map((await build.bundleClient()).map(([path, body]) => file(path, body)))
}

const prebuilt = async (): Promise<ClientFiles> =>
  new Map(
    await Promise.all(
      clientPaths.map(async (path) => file(path, new Uint8Array(await readFile(join(builtClient, path))))),
    ),
  )

/** The client's files: bundled from their sources in the repository, prebuilt in the package. */
export const clientFiles = async (): Promise<ClientFiles> => (await bundled()) ?? prebuilt()
