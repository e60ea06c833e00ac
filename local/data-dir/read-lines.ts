import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { parseJson } from '../parse-json.ts'

/**
 * Returns the values of a file of JSON lines, or none when the file does not exist. A process that was killed may leave
 * an incomplete last line: it is dropped, and a line break is appended so that the next line starts on its own.
 */
export function readLines(path: string): unknown[] {
  if (!existsSync(path)) return []
  const texts = readFileSync(path, 'utf8').split('\n')
  const cut = texts.pop() ?? ''
  if (cut !== '') appendFileSync(path, '\n')
  return texts.flatMap((text) => {
    const value = parseJson(text)
    return value === undefined ? [] : [value]
  })
}
