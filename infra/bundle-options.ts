import type { BuildOptions } from 'esbuild'

/**
 * How every bundle for Node is built. Splitting turns dynamic imports into chunks beside the entry, which are loaded when
 * they are used; `module` before `main` halves the SDK, because esbuild can tree-shake only ES modules.
 */
export const bundleOptions = {
  bundle: true,
  splitting: true,
  minify: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  mainFields: ['module', 'main'],
  legalComments: 'none',
  logLevel: 'warning',
} satisfies BuildOptions
