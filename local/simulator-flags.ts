import { parseArgs } from 'node:util'
import { present } from '../lib/run/present.ts'
import { ControlError, parseInput } from './datazone/input/parse-input.ts'
import { profileFrom, settingsOfProfile } from './datazone/input/profile.ts'
import { type Settings, type SettingsInput, settingsSchema } from './datazone/input/settings.ts'
import { UsageError } from './flags.ts'

const options = {
  port: { type: 'string' },
  seed: { type: 'string' },
  speed: { type: 'string' },
  assets: { type: 'string' },
  catalogue: { type: 'string' },
  'list-order': { type: 'string' },
  profile: { type: 'string' },
  set: { type: 'string', multiple: true },
  'events-to': { type: 'string' },
  help: { type: 'boolean' },
} as const

/** How the user called this command: as an npm script of the repository, or as the command of the package. */
const command =
  process.env['npm_lifecycle_event'] === 'simulator' ? 'npm run simulator --' : 'datazone-simulator'

/** The help text of the command. */
export const simulatorUsage = `${command} [flags]

  --port 4599              the port of 127.0.0.1 to listen on; 0 finds a free one
  --seed 1                 decides ids, durations and endings: equal seeds and calls, equal answers
  --speed 1                divides the durations of runs, and nothing else
  --assets 24              the number of sample assets
  --catalogue file.json    your own catalogue instead of the sample assets
  --list-order newest      the order of List: newest, oldest or random
  --profile file.json      imitates a dzrun doctor --live profile; --list-order, --set override it
  --set name=value         any setting, e.g. --set failureShare=0.3; can be repeated
  --events-to http://...   posts aws.datazone events to the EventBridge endpoint of the local stack
  --help                   prints this help`

/** The parsed flags of the command. */
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

/** Returns the value of JSON, or the text itself when it is not JSON. */
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
    throw new UsageError(`--set takes name=value, e.g. failureShare=0.3, not '${text}'`)
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

const recordedSettings = (file: string): SettingsInput => {
  try {
    return settingsOfProfile(profileFrom(file))
  } catch (error) {
    if (error instanceof ControlError) throw new UsageError(error.message, { cause: error })
    throw error
  }
}

const endpoint = (text: string): URL => {
  const url = URL.parse(text)
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new UsageError(`--events-to takes an endpoint, e.g. http://127.0.0.1:4010, not '${text}'`)
  return url
}

/** Returns the parsed flags of the command. Throws UsageError. `recorded` reads the settings of a profile. */
export const simulatorFlags = (
  args: readonly string[],
  recorded: (file: string) => SettingsInput = recordedSettings,
): SimulatorFlags => {
  const values = parsed(args)
  const { catalogue, speed, help = false } = values
  const [listOrder, eventsTo] = [values['list-order'], values['events-to']]
  if (catalogue !== undefined && values.assets !== undefined)
    throw new UsageError('--catalogue and --assets exclude each other: give only one')
  return {
    port: wholeNumber('port', values.port ?? '4599', 65_535),
    seed: wholeNumber('seed', values.seed ?? '1', 2 ** 31),
    assets: wholeNumber('assets', values.assets ?? '24', 100_000),
    catalogue,
    settings: settingsOf({
      ...(values.profile === undefined ? {} : recorded(values.profile)),
      ...(speed === undefined ? {} : { speed: jsonOrText(speed) }),
      ...present({ listOrder }),
      ...Object.fromEntries((values.set ?? []).map(setting)),
    }),
    eventsTo: eventsTo === undefined ? undefined : endpoint(eventsTo),
    help,
  }
}
