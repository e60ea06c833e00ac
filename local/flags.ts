import { parseArgs } from 'node:util'

/** A wrong command line. The message is one line that names the flag and the fix. */
export class UsageError extends Error {}

/** A flag of a command: its help text, and how its text becomes a value. */
export interface Flag<Value> {
  readonly describe: string
  /** Stands for the value in the help. A flag without a placeholder takes no value. */
  readonly placeholder?: string
  /** The text of a flag that is not given, which the help shows. */
  readonly default?: string
  /**
   * Returns the value of a text, which is undefined for a flag that is not given and has no default. Throws UsageError.
   */
  readonly parse: (name: string, text: string | undefined) => Value
}

/** The flags of a command by name. */
export type Flags = Readonly<Record<string, Flag<unknown>>>

/** The values of flags by name. */
export type FlagValues<Given extends Flags> = {
  readonly [Name in keyof Given]: Given[Name] extends Flag<infer Value> ? Value : never
}

/** A command of package.json, with its flags. */
export interface Command<Given extends Flags> {
  /** The text of `--help`. */
  readonly usage: string
  /** Returns the values of all flags, or `help` for `--help`. Throws UsageError. */
  parse(args: readonly string[]): FlagValues<Given> | 'help'
}

/** The values that a command's `parse` returns. */
export type ValuesOf<Defined> = Defined extends Command<infer Given> ? FlagValues<Given> : never

/** Defines a command. `name` is its npm script; `summary` says in one sentence what it does. */
export function command<Given extends Flags>(name: string, summary: string, flags: Given): Command<Given> {
  return {
    usage: usageOf(name, summary, flags),
    parse: (args) => {
      const given = readFlags(args, flags)
      if (given['help'] === true) return 'help'
      const values = Object.entries(flags).map(([flag, { parse, default: fallback }]) => [
        flag,
        parse(flag, textOf(given[flag]) ?? fallback),
      ])
      return Object.fromEntries(values)
    },
  }
}

function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value)
}

function readFlags(args: readonly string[], flags: Flags): Readonly<Record<string, unknown>> {
  const options = Object.fromEntries(
    Object.entries({ ...flags, help }).map(([name, { placeholder }]) => [
      name,
      { type: placeholder === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  )
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values
  } catch (error) {
    const known = Object.keys(options).map((name) => `--${name}`)
    const reason = error instanceof Error ? (error.message.split(/\.?\n|\. /)[0] ?? '') : 'wrong flags'
    throw new UsageError(`${reason}; the flags are ${known.join(', ')}`)
  }
}

const help: Flag<boolean> = { describe: 'prints this help', parse: () => true }
const width = 100

function usageOf(name: string, summary: string, flags: Flags): string {
  const rows = Object.entries({ ...flags, help }).map(
    ([flag, { placeholder, describe, default: fallback }]) => {
      const left = placeholder === undefined ? `--${flag}` : `--${flag} ${placeholder}`
      return [left, fallback === undefined ? describe : `${describe} (default ${fallback})`] as const
    },
  )
  const column = Math.max(...rows.map(([left]) => left.length)) + 4
  const lines = rows.map(([left, right]) => {
    const wrapped = wrap(right, width - column).join(`\n${' '.repeat(column)}`)
    return `  ${left.padEnd(column - 2)}${wrapped}`
  })
  return [`npm run ${name} -- [flags]`, '', ...wrap(summary, width), '', ...lines].join('\n')
}

function wrap(text: string, columns: number): readonly string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? ''
    if (line !== '' && line.length + 1 + word.length > columns) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines
}

type Described<Extra = object> = { readonly describe: string; readonly default?: string } & Extra

/** Creates a flag that takes a whole number within bounds. */
export function wholeNumber(flag: Described<{ from: number; to: number; default: string }>): Flag<number> {
  const { from, to } = flag
  return {
    ...flag,
    placeholder: 'N',
    parse: (name, text = '') => {
      const value = Number(text)
      if (/^\d+$/.test(text) && value >= from && value <= to) return value
      throw new UsageError(`--${name} takes a whole number from ${from} to ${to}, not '${text}'`)
    },
  }
}

/** Creates a flag that takes a positive number. */
export function positiveNumber(flag: Described<{ to: number; default: string }>): Flag<number> {
  return {
    ...flag,
    placeholder: 'X',
    parse: (name, text = '') => {
      const value = Number(text)
      if (value > 0 && value <= flag.to) return value
      throw new UsageError(`--${name} takes a number above 0 and up to ${flag.to}, not '${text}'`)
    },
  }
}

/** Creates a flag that takes one of the given words. */
export function choice<const Word extends string>(
  words: readonly [Word, ...Word[]],
  flag: Described<{ default: Word }>,
): Flag<Word> {
  return {
    ...flag,
    placeholder: words.join('|'),
    parse: (name, text) => {
      const found = words.find((word) => word === text)
      if (found !== undefined) return found
      const listed = `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
      throw new UsageError(`--${name} takes ${listed}, not '${text}'`)
    },
  }
}

/** Creates a flag that takes a text. Its value is undefined when it is not given and has no default. */
export function text(placeholder: string, flag: Described<{ default: string }>): Flag<string>
export function text(placeholder: string, flag: Described): Flag<string | undefined>
export function text(placeholder: string, flag: Described): Flag<string | undefined> {
  return {
    ...flag,
    placeholder,
    parse: (name, given) => {
      if (given === '') throw new UsageError(`--${name} takes ${placeholder}, not an empty text`)
      return given
    },
  }
}

/** Creates a flag that takes no value. */
export function toggle(flag: { readonly describe: string }): Flag<boolean> {
  return { ...flag, parse: (_, given) => given === 'true' }
}

/** A port, and whether a flag names it. A default port that is in use gives way to a free port. */
export interface PortChoice {
  readonly port: number
  readonly isGiven: boolean
}

/** Creates a flag that takes a port. */
export function port(flag: { readonly describe: string; readonly port: number }): Flag<PortChoice> {
  return {
    describe: `${flag.describe}; 0 for any (default ${flag.port}, or any free port when it is in use)`,
    placeholder: 'N',
    parse: (name, text) => {
      if (text === undefined) return { port: flag.port, isGiven: false }
      const bounds = { describe: '', from: 0, to: 65_535, default: text }
      return { port: wholeNumber(bounds).parse(name, text), isGiven: true }
    },
  }
}
