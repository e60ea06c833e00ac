import { appendFileSync, existsSync, readFileSync } from 'node:fs'

/**
 * Reads a file of JSON lines. A process that is killed may leave a last line that is cut off: it is dropped, and the
 * next line that is appended begins on a line of its own.
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
