import { parseArgs } from 'node:util'
import { ControlError, parseInput } from './datazone/input/parse-input.ts'
import { type Settings, settingsSchema } from './datazone/input/settings.ts'
import { UsageError } from './flags.ts'

const options = {
  port: { type: 'string' },
  seed: { type: 'string' },
  speed: { type: 'string' },
  assets: { type: 'string' },
  catalogue: { type: 'string' },
  'list-order': { type: 'string' },
  set: { type: 'string', multiple: true },
  'events-to': { type: 'string' },
  help: { type: 'boolean' },
} as const

/** What `npm run simulator` takes, a line for each flag. */
export const simulatorUsage = `npm run simulator -- [flags]

  --port 4599              where it listens on 127.0.0.1; 0 takes any free port
  --seed 1                 decides ids, durations and endings: the same seed and calls, the same answers
  --speed 1                divides the durations of runs, and nothing else
  --assets 24              so many sample assets, or
  --catalogue file.json    domains, projects, assets and data sources of your own
  --list-order newest      the order of List: newest or random
  --set name=value         any setting, as --set failureShare=0.3; may be given again
  --events-to http://...   posts aws.datazone events to the EventBridge endpoint of the local stack
  --help                   prints this`

/** The flags of `npm run simulator`, checked. */
export type SimulatorFlags = Readonly<{
  port: number
  seed: number
  assets: number
  catalogue: string | undefined
  settings: Settings
  eventsTo: URL | undefined
  help: boolean
}>

const parsed = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values
  } catch (error) {
    const known = Object.keys(options).map((name) => `--${name}`)
    const [reason] = error instanceof Error ? error.message.split(/\. |\.?\n/) : ['wrong flags']
    throw new UsageError(`${reason}; the flags are ${known.join(', ')}`)
  }
}

const wholeNumber = (name: string, text: string, most: number): number => {
  if (!/^\d+$/.test(text) || Number(text) > most)
    throw new UsageError(`--${name} takes a whole number from 0 to ${most}, not '${text}'`)
  return Number(text)
}

/** A value is JSON where it can be read so, and text where it cannot. */
const jsonOrText = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const setting = (text: string): [string, unknown] => {
  const [, name, value] = /^(\w+)=(.+)$/.exec(text) ?? []
  if (name === undefined || value === undefined)
    throw new UsageError(`--set takes name=value, as failureShare=0.3, not '${text}'`)
  return [name, jsonOrText(value)]
}

const settingsOf = (given: object): Settings => {
  try {
    return parseInput('a setting of the DataZone simulator', settingsSchema, given)
  } catch (error) {
    if (error instanceof ControlError) throw new UsageError(error.message, { cause: error })
    throw error
  }
}

const endpoint = (text: string): URL => {
  const url = URL.parse(text)
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new UsageError(`--events-to takes an endpoint as http://127.0.0.1:4010, not '${text}'`)
  return url
}

/** Reads the flags of `npm run simulator`. Throws UsageError. */
export const simulatorFlags = (args: readonly string[]): SimulatorFlags => {
  const values = parsed(args)
  const { catalogue, speed, help = false } = values
  const [listOrder, eventsTo] = [values['list-order'], values['events-to']]
  if (catalogue !== undefined && values.assets !== undefined)
    throw new UsageError('--catalogue and --assets exclude each other: give one')
  return {
    port: wholeNumber('port', values.port ?? '4599', 65_535),
    seed: wholeNumber('seed', values.seed ?? '1', 2 ** 31),
    assets: wholeNumber('assets', values.assets ?? '24', 100_000),
    catalogue,
    settings: settingsOf({
      ...(speed === undefined ? {} : { speed: jsonOrText(speed) }),
      ...(listOrder === undefined ? {} : { listOrder }),
      ...Object.fromEntries((values.set ?? []).map(setting)),
    }),
    eventsTo: eventsTo === undefined ? undefined : endpoint(eventsTo),
    help,
  }
}
