import { type Command, Option } from 'commander'
import { CommandFailed, exitCodes } from './exit-codes.ts'
import { isoTimes } from './iso-times.ts'
import { drawTable } from './table.ts'

const outputFormats = ['table', 'json', 'jsonl', 'csv'] as const
export type OutputFormat = (typeof outputFormats)[number]

/** The flags that `addRowFlags` and `addDocumentFlags` give a command. */
export interface OutputFlags {
  readonly output?: OutputFormat
  /** `--json` without names is true. */
  readonly json?: true | string
  readonly columns?: string
  readonly quiet?: true
}

type Value = string | number | boolean | null | undefined | readonly string[]

/** One column of a command that prints rows, and one field of its JSON. */
export interface Column<T> {
  readonly name: string
  /** The value as data: JSON keeps it, CSV prints it. Times are ISO 8601 (see `isoTime`). */
  readonly value: (row: T) => Value
  /** The text in the table where it differs from the value: the age of a time. */
  readonly text?: (row: T) => string
  /** Shown only when `--columns` names it, and in every other format. */
  readonly hidden?: true
  /** Free text, which a narrow terminal cuts before it cuts a name or an id. */
  readonly isProse?: true
}

/** A time as data. */
export const isoTime = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString()

const addCommon = (command: Command, formats: readonly OutputFormat[]): Command =>
  command
    .addOption(new Option('--output <format>', 'output format (default: table)').choices(formats))
    .option('--json [fields]', 'print JSON; with only these fields, separated by commas, if given')
    .option('--quiet', 'print results only: no notes and no progress')

/** Adds `--output`, `--json`, `--columns` and `--quiet` to a command that prints rows with `printRows`. */
export const addRowFlags = <T>(command: Command, columns: readonly Column<T>[]): Command =>
  addCommon(command, outputFormats).option(
    '--columns <names>',
    `columns of a table or CSV, separated by commas: ${columns.map(({ name }) => name).join(', ')}`,
  )

/** Adds `--output`, `--json` and `--quiet` to a command that prints one document with `printDocument`. */
export const addDocumentFlags = (command: Command): Command => addCommon(command, ['table', 'json', 'jsonl'])

/** Returns the format that the flags ask for. @throws CommandFailed when they contradict each other */
export const formatOf = ({ output, json }: OutputFlags): OutputFormat => {
  if (json === undefined) return output ?? 'table'
  if (output === undefined || output === 'json' || output === 'jsonl') return output ?? 'json'
  throw new CommandFailed(exitCodes.usage, `give --json or --output ${output}, not both`)
}

const namesIn = (flag: string, given: string, known: readonly string[]): readonly string[] => {
  const names = given.split(',').map((name) => name.trim())
  const wrong = names.filter((name) => !known.includes(name))
  if (wrong.length > 0)
    throw new CommandFailed(
      exitCodes.usage,
      `${flag} must be one of ${known.join(', ')}, not ${wrong.join(', ')}`,
    )
  return names
}

const chosen = <T>(columns: readonly Column<T>[], flags: OutputFlags): readonly Column<T>[] => {
  const format = formatOf(flags)
  const known = columns.map(({ name }) => name)
  const pick = (names: readonly string[]) =>
    names.flatMap((name) => columns.filter((one) => one.name === name))
  if (typeof flags.json === 'string') return pick(namesIn('--json', flags.json, known))
  if (flags.columns !== undefined && (format === 'table' || format === 'csv'))
    return pick(namesIn('--columns', flags.columns, known))
  return format === 'table' ? columns.filter(({ hidden }) => hidden !== true) : columns
}

const dataOf = <T>(columns: readonly Column<T>[], row: T): Record<string, Value> =>
  Object.fromEntries(columns.map(({ name, value }) => [name, value(row)]))

const textOf = (value: Value): string => {
  if (value === undefined || value === null) return ''
  return typeof value === 'object' ? value.join('+') : String(value)
}

/** Quotes a CSV field, so that no character ends it early and no spreadsheet reads it as a formula. */
const csvField = (value: Value): string => {
  const text = textOf(value)
  const inert = typeof value !== 'number' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}

type Rows<T> = AsyncIterable<T> | Iterable<T>

async function* linesOf<T>(rows: Rows<T>, columns: readonly Column<T>[], format: OutputFormat) {
  switch (format) {
    case 'jsonl':
      for await (const row of rows) yield JSON.stringify(dataOf(columns, row))
      return
    case 'csv':
      yield columns.map(({ name }) => csvField(name)).join(',')
      for await (const row of rows) yield columns.map(({ value }) => csvField(value(row))).join(',')
      return
    case 'json':
    case 'table': {
      const all: T[] = []
      for await (const row of rows) all.push(row)
      if (format === 'json')
        yield JSON.stringify(
          all.map((row) => dataOf(columns, row)),
          null,
          2,
        )
      else if (all.length > 0)
        yield await drawTable(
          columns.map(({ name }) => name),
          all.map((row) => columns.map(({ value, text }) => (text ? text(row) : textOf(value(row))))),
          columns.flatMap(({ isProse }, index) => (isProse === true ? [index] : [])),
        )
      return
    }
    default:
      format satisfies never
  }
}

/**
 * Prints rows in the format that the flags ask for. JSON Lines and CSV are printed as the rows come, so their number is
 * not bounded by memory. An empty table prints nothing on stdout; commands say so with `note`.
 * @throws CommandFailed when `--json` or `--columns` names a column that does not exist
 */
export const printRows = async <T>(
  rows: Rows<T>,
  columns: readonly Column<T>[],
  flags: OutputFlags,
): Promise<void> => {
  for await (const line of linesOf(rows, chosen(columns, flags), formatOf(flags))) console.log(line)
}

/** Checks `--json` and `--columns` before a command does any work. @throws CommandFailed */
export const checkRowFlags = <T>(columns: readonly Column<T>[], flags: OutputFlags): void => {
  chosen(columns, flags)
}

/**
 * Prints a document: as data with ISO times where JSON is asked for, else the lines of `text`.
 * @throws CommandFailed when `--json` names a field that is not in `fields`
 */
export const printDocument = <T extends object>(
  document: T,
  flags: OutputFlags,
  {
    fields,
    text,
  }: { readonly fields: readonly (keyof T & string)[]; readonly text: () => readonly string[] },
): void => {
  const format = formatOf(flags)
  const names = typeof flags.json === 'string' ? namesIn('--json', flags.json, fields) : undefined
  if (format === 'table') {
    console.log(text().join('\n'))
    return
  }
  const picked =
    names === undefined
      ? document
      : Object.fromEntries(names.map((name) => [name, Reflect.get(document, name) ?? null]))
  console.log(JSON.stringify(isoTimes(picked), null, format === 'json' ? 2 : 0))
}

/** Prints a note for people to stderr, unless `--quiet` is given. */
export const note = (text: string, { quiet }: OutputFlags = {}): void => {
  if (quiet !== true) console.error(text)
}
