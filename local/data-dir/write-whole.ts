import { renameSync, writeFileSync } from 'node:fs'

/** Replaces a file by a rename, so that a process killed at any moment leaves the old or the new content. */
export function writeWhole(path: string, content: string): void {
  writeFileSync(`${path}.new`, content)
  renameSync(`${path}.new`, path)
}
