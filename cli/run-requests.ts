import { type Command, Option } from 'commander'
import { parseWith } from '../lib/contracts/problems.ts'
import { RunRequest } from '../lib/contracts/run-request.ts'
import { present } from '../lib/run/present.ts'
import { generationTypes, lanes } from '../lib/run/run.ts'
import { CommandFailed, exitCodes } from './exit-codes.ts'
import type { AssetFlags, ResolvedAsset } from './resolve-asset.ts'
import type { StackLocation } from './stack-location.ts'

/** The flags that say what to request for an asset. */
export interface RequestFlags extends AssetFlags {
  readonly types?: readonly string[]
  readonly revision?: string
  readonly lane?: string
  readonly regenerate?: boolean
}

const typesOf = (value: string): readonly string[] =>
  value.split(',').map((type) => type.trim().toUpperCase())

/** Adds the flags that `requestFor` reads, except --regenerate. */
export const addRequestFlags = (command: Command): Command =>
  command
    .option('--domain <id>', 'domain of the assets (or DZRUN_DOMAIN)')
    .option('--project <id>', 'id or name of the project in which to look for a table name')
    .option('--types <types>', `types, separated by commas: ${generationTypes.join(', ')}`, typesOf)
    .option('--revision <revision>', 'revision to run (default: the latest)')
    .addOption(new Option('--lane <lane>', 'live, or backfill behind live requests').choices(lanes))

const owningProject = async (target: ResolvedAsset, location: StackLocation, options: RequestFlags) => {
  const { readAsset } = await import('./catalog.ts')
  return (await readAsset(target, location, options)).owningProjectId
}

/**
 * Returns the request for an asset that the user named. Reads the asset's project from DataZone unless it is known.
 * @throws CommandFailed when a flag is malformed, or DataZone refuses
 */
export const requestFor = async (
  target: ResolvedAsset,
  options: RequestFlags,
  location: StackLocation,
  requestId: string,
): Promise<RunRequest> => {
  const projectId =
    target.projectId ??
    (target.isKnown ? options.project : undefined) ??
    (await owningProject(target, location, options))
  const draft = {
    version: 1,
    requestId,
    kind: 'METADATA_GENERATION',
    domainId: target.domainId,
    projectId,
    asset: { id: target.assetId, ...present({ revision: options.revision }) },
    ...present({ types: options.types, lane: options.lane }),
    ...(options.regenerate === true ? { regenerate: true } : {}),
    requestedAt: new Date().toISOString(),
  }
  const parsed = parseWith(RunRequest, draft)
  if (!parsed.ok) throw new CommandFailed(exitCodes.usage, parsed.problems.join('; '))
  return parsed.value
}
