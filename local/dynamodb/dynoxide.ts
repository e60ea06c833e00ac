import { accessSync, constants } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'

const platform = `${process.platform}-${process.arch}`

/**
 * Returns the path of dynoxide: from the npm package of this platform, else from the PATH. Throws Error, with the fix,
 * without either.
 */
export function findDynoxide(path: string, packaged: string | undefined = packagedProgram()): string {
  const onPath = path.split(delimiter).map((directory) => join(directory, 'dynoxide'))
  const found = [packaged, ...onPath].find((name) => name !== undefined && isExecutable(name))
  if (found !== undefined) return found
  throw new Error(
    `No DynamoDB engine for ${platform}: set DYNAMODB_ENDPOINT (e.g. to DynamoDB Local), ` +
      `put dynoxide on the PATH, or npm install --no-save @dynoxide/${platform}`,
  )
}

function packagedProgram(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve(`@dynoxide/${platform}/package.json`)
    return join(dirname(manifest), 'dynoxide')
  } catch {
    return undefined
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
