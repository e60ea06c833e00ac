import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Empties a log file and returns a function that appends lines to it, each as `<source>: <line>`. */
export function openLogFile(path: string): (line: string, source: string) => void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, '')
  return (line, source) => appendFileSync(path, `${source}: ${line}\n`)
}
