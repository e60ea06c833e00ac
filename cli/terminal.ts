import { stripVTControlCharacters, styleText } from 'node:util'

/** Names and error texts come from outside: control characters and bidirectional overrides must not reach a terminal. */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (char) => (char === '\n' ? ' ' : '\ufffd'))

/** The first line of a message: what follows it helps developers of the SDK only. */
export const firstLine = (text: string): string => printable(text.split(/\r?\n/)[0] ?? '')

/** Styles text for a terminal; plain where stdout is piped or NO_COLOR is set. */
export const styled = (style: 'bold' | 'dim' | 'green' | 'red' | 'yellow', text: string): string =>
  styleText(style, text, { stream: process.stdout })

/** `3m`, `2h`, `5d`: a duration in the largest unit that fits. */
export const age = (ms: number): string => {
  const seconds = Math.max(0, Math.round(Math.abs(ms) / 1000))
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`
}

/** `5m ago` for a time that has passed, `in 5m` for one that is ahead. */
export const relative = (atMs: number, nowMs: number): string =>
  atMs > nowMs ? `in ${age(atMs - nowMs)}` : `${age(nowMs - atMs)} ago`

/** A time for people on a terminal (local, with its zone), and ISO 8601 where stdout is piped. */
export const time = (ms: number): string =>
  process.stdout.isTTY
    ? new Date(ms).toLocaleString('en-US', {
        year: 'numeric',
        month: 'short',
        day: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        hourCycle: 'h23',
        timeZoneName: 'short',
      })
    : new Date(ms).toISOString()

/** A time with its distance from now: `2026-11-28T09:00:00.000Z (in 5m)`. */
export const timeAndAge = (atMs: number, nowMs: number): string => `${time(atMs)} (${relative(atMs, nowMs)})`

/** Columns of the terminal; undefined where stdout is piped, and nothing must be cut. */
export const terminalColumns = (): number | undefined =>
  process.stdout.isTTY ? process.stdout.columns : undefined

const widthOf = (text: string): number => stripVTControlCharacters(text).length

/**
 * Breaks a line between words where it is wider than the terminal, and indents what follows. Words that are wider, commands
 * to paste, and lines of a piped stdout stay whole.
 */
export const wrapped = (line: string, indent: number): readonly string[] => {
  const columns = terminalColumns()
  if (columns === undefined || widthOf(line) <= columns || /^ *dzrun /.test(line)) return [line]
  const lines: string[] = []
  let current = ''
  for (const word of line.split(/(?<=\S) /)) {
    const longer = current === '' ? word : `${current} ${word}`
    if (current !== '' && widthOf(longer) > columns) {
      lines.push(current)
      current = ' '.repeat(indent) + word.trimStart()
    } else current = longer
  }
  return [...lines, current]
}
