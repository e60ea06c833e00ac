import { renameSync, writeFileSync } from 'node:fs'

/**
 * Writes a file under another name and renames it, so that a process killed at any moment leaves the old or the new
 * content.
 */
export function writeWhole(path: string, content: string): void {
  writeFileSync(`${path}.new`, content)
  renameSync(`${path}.new`, path)
}
