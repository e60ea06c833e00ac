import { type DataDir, openDataDir } from '../data-dir/data-dir.ts'
import { externalEndpoint } from '../dynamodb/external-endpoint.ts'
import { UsageError, type ValuesOf } from '../flags.ts'
import type { startCommand } from '../stack-flags.ts'

/** The sample catalogue of a start, its data directory, and a note for each flag without effect. */
export interface StartData {
  readonly dataDir: DataDir | undefined
  readonly assets: number
  readonly seed: number
  readonly notes: readonly string[]
}

/**
 * Opens the data directory of `--data`, whose sample catalogue replaces the flags of this start. Throws UsageError or
 * Error.
 */
export function startData(flags: ValuesOf<typeof startCommand>, environment = process.env): StartData {
  const { data, assets, seed } = flags
  const external = externalEndpoint(environment)
  if (data !== undefined && external !== undefined)
    throw new UsageError(
      `--data keeps the table in ${data}, but DYNAMODB_ENDPOINT=${external} keeps it elsewhere: unset the variable`,
    )
  const notes =
    external !== undefined && flags['dynamodb-port'].isGiven
      ? [`--dynamodb-port has no effect, because DYNAMODB_ENDPOINT=${external} is used`]
      : []
  if (data === undefined) return { dataDir: undefined, assets, seed, notes }
  const dataDir = openDataDir(data)
  const sample = dataDir.earlier ?? { assets, seed }
  for (const name of ['assets', 'seed'] as const)
    if (sample[name] !== flags[name])
      notes.push(`--${name} ${flags[name]} has no effect: ${data} was made with --${name} ${sample[name]}`)
  dataDir.keep({ assets: sample.assets, seed: sample.seed })
  return { dataDir, assets: sample.assets, seed: sample.seed, notes }
}
