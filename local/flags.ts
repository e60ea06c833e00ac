import { parseArgs } from 'node:util'

/** A wrong command line: the message is one line that names the flag and the mend. */
export class UsageError extends Error {}

const wholeNumber = (name: string, text: string, least: number, most: number): number => {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new UsageError(`--${name} takes a whole number from ${least} to ${most}, not '${text}'`)
  }
  return value
}

const positiveNumber = (name: string, text: string, most: number): number => {
  const value = Number(text)
  if (!(value > 0) || value > most) {
    throw new UsageError(`--${name} takes a number above 0 and up to ${most}, not '${text}'`)
  }
  return value
}

type OptionSpec = NonNullable<Parameters<typeof parseArgs>[0]>['options'] & object

const parsed = (args: readonly string[], options: OptionSpec): Record<string, unknown> => {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values
  } catch (error) {
    const known = Object.keys(options).map((name) => `--${name}`)
    const reason = error instanceof Error ? (error.message.split(/\.?\n|\. /)[0] ?? '') : 'wrong flags'
    throw new UsageError(`${reason}; the flags are ${known.join(', ')}`)
  }
}

const shared = {
  assets: { type: 'string' },
  seed: { type: 'string' },
  speed: { type: 'string' },
  'list-order': { type: 'string' },
  hints: { type: 'string' },
} as const

export interface SharedFlags {
  readonly assets: number
  readonly seed: number
  readonly speed: number
  readonly listOrder: 'newest' | 'random'
  readonly hints: 'on' | 'off'
}

const text = (value: unknown, fallback: string): string => (typeof value === 'string' ? value : fallback)

const sharedFlags = (values: Record<string, unknown>): SharedFlags => {
  const listOrder = text(values['list-order'], 'newest')
  if (listOrder !== 'newest' && listOrder !== 'random') {
    throw new UsageError(`--list-order takes newest or random, not '${listOrder}'`)
  }
  const hints = text(values['hints'], 'on')
  if (hints !== 'on' && hints !== 'off') throw new UsageError(`--hints takes on or off, not '${hints}'`)
  return {
    assets: wholeNumber('assets', text(values['assets'], '24'), 1, 100_000),
    seed: wholeNumber('seed', text(values['seed'], '1'), 0, 2 ** 31),
    speed: positiveNumber('speed', text(values['speed'], '10'), 100),
    listOrder,
    hints,
  }
}

/** Flags of `npm run demo`. Throws UsageError. */
export const demoFlags = (args: readonly string[]): SharedFlags & { readonly json: boolean } => {
  const values = parsed(args, { ...shared, json: { type: 'boolean' } })
  return { ...sharedFlags(values), json: values['json'] === true }
}

const portNames = ['datazone', 'dynamodb', 'sqs', 'eventbridge'] as const
const modes = ['off', 'plan', 'run'] as const

export interface StartFlags extends SharedFlags {
  readonly mode: (typeof modes)[number]
  readonly ports: Partial<Record<(typeof portNames)[number], number>>
}

/** Flags of `npm start`. Throws UsageError. */
export const startFlags = (args: readonly string[]): StartFlags => {
  const ports = Object.fromEntries(portNames.map((name) => [`${name}-port`, { type: 'string' as const }]))
  const values = parsed(args, { ...shared, mode: { type: 'string' }, ...ports })
  const mode = modes.find((one) => one === text(values['mode'], 'run'))
  if (mode === undefined) throw new UsageError(`--mode takes off, plan or run, not '${values['mode']}'`)
  const given = portNames.flatMap((name) => {
    const value = values[`${name}-port`]
    return typeof value === 'string' ? [[name, wholeNumber(`${name}-port`, value, 0, 65_535)]] : []
  })
  return { ...sharedFlags({ speed: '1', ...values }), mode, ports: Object.fromEntries(given) }
}
