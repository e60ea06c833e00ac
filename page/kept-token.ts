import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'

const pattern = /^[\w-]{32}$/

/** A new random token of 24 bytes. */
export const newToken = (): string => randomBytes(24).toString('base64url')

/** Returns the token in a file that only its owner can read. Creates the file with a new token if it has none. */
export const keptToken = async (file: string): Promise<string> => {
  const kept = (await readFile(file, 'utf8').catch(() => '')).trim()
  if (pattern.test(kept)) return kept
  const token = newToken()
  await writeFile(file, `${token}\n`, { mode: 0o600 })
  return token
}
