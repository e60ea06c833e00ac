import { styleText } from 'node:util'

export type OutputFormat = 'table' | 'json' | 'jsonl' | 'csv'
export const outputFormats: readonly OutputFormat[] = ['table', 'json', 'jsonl', 'csv']

/** A row as text by column name. */
export type Row = Readonly<Record<string, string>>

/** Neither a quote, a comma nor a line break may end a field early, and no spreadsheet may take one for a formula. */
const csvField = (value: string): string => {
  const inert = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\n\r]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}

/** Names and error texts come from outside: control characters and bidirectional overrides must not reach a terminal. */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (char) => (char === '\n' ? ' ' : '\ufffd'))

const table = async (columns: readonly string[], rows: readonly Row[]): Promise<string> => {
  const { default: Table } = await import('cli-table3')
  const frame = Object.fromEntries(
    ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'].map(
      (name) => [name, ''],
    ),
  )
  const lines = { left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' }
  const drawn = new Table({
    head: columns.map((column) => column.toUpperCase()),
    chars: { ...frame, ...lines },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  })
  drawn.push(...rows.map((row) => columns.map((column) => printable(row[column] ?? ''))))
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}

/** Returns rows in the format that was asked for. JSON keeps the values as they are; the rest is for reading. */
export const formatRows = async (
  format: OutputFormat,
  columns: readonly string[],
  rows: readonly Row[],
): Promise<string> => {
  const picked = rows.map((row) => Object.fromEntries(columns.map((column) => [column, row[column] ?? ''])))
  switch (format) {
    case 'json':
      return JSON.stringify(picked, null, 2)
    case 'jsonl':
      return picked.map((row) => JSON.stringify(row)).join('\n')
    case 'csv':
      return [columns, ...picked.map((row) => columns.map((column) => row[column] ?? ''))]
        .map((fields) => fields.map(csvField).join(','))
        .join('\n')
    case 'table':
      return table(columns, rows)
    default:
      return format satisfies never
  }
}

/** Styles text for a terminal; plain where stdout is piped or NO_COLOR is set. */
export const styled = (style: 'bold' | 'dim' | 'green' | 'red' | 'yellow', text: string): string =>
  styleText(style, text, { stream: process.stdout })

/** `3m`, `2h`, `5d`: how long ago, or ahead, in the largest unit that fits. */
export const age = (ms: number): string => {
  const seconds = Math.max(0, Math.round(Math.abs(ms) / 1000))
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`
}

/** A time for people on a terminal (local, with its zone), and ISO 8601 where stdout is piped. */
export const time = (ms: number): string =>
  process.stdout.isTTY
    ? new Date(ms).toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'long' })
    : new Date(ms).toISOString()
