import type { FoundAsset } from '../lib/ports/asset-search.ts'
import { present } from '../lib/run/present.ts'
import type { FindPorts, NamedAsset } from '../lib/usecases/inspect/find-asset.ts'
import { exactAsset, findAsset } from '../lib/usecases/inspect/find-asset.ts'
import { choose } from './confirm.ts'
import { CommandFailed, exitCodes } from './exit-codes.ts'
import type { OutputFlags } from './output.ts'
import { progressOf } from './progress.ts'
import type { StackLocation, StackOptions } from './stack-location.ts'
import { domainOf } from './target.ts'
import { printable } from './terminal.ts'

/** The help of an argument that names an asset. */
export const assetHelp =
  'asset: its id, table name, PROJECT/TABLE, external identifier or Glue ARN, portal address, or DOMAIN/ASSET'

export interface AssetFlags extends StackOptions, OutputFlags {
  readonly domain?: string
  /** Id or name of the project in which to look for a name. */
  readonly project?: string
}

/** An asset that the user named. */
export interface ResolvedAsset extends NamedAsset {
  /** False: DataZone shows no such asset, but it has the form of an id, and records of it may exist. */
  readonly isKnown: boolean
}

const maxSimilar = 8

const labelOf = ({ name, projectId, assetId, isPublished }: FoundAsset): string =>
  printable(`${projectId}/${name} = ${assetId}${isPublished ? '' : ', not published'}`)

const similarText = (similar: readonly FoundAsset[]): string =>
  similar.length === 0
    ? `; ${assetHelp.replace('asset: ', 'give ')}`
    : `; similar: ${similar.slice(0, maxSimilar).map(labelOf).join('; ')}`

const findPorts = async (location: StackLocation, options: StackOptions): Promise<FindPorts> => {
  const { catalogPorts } = await import('./catalog.ts')
  return catalogPorts(location, options)
}

const chosenOf = async (named: string, domainId: string, candidates: readonly FoundAsset[]) => {
  const found = await choose(
    `${candidates.length} assets are named '${printable(named)}'; give one as DOMAIN/ASSET:`,
    candidates.map((asset) => ({
      value: asset,
      label: `${domainId}/${asset.assetId}`,
      hint: printable(`${asset.name} in project ${asset.projectId}`),
    })),
  )
  return { domainId, assetId: found.assetId, name: found.name, projectId: found.projectId, isKnown: true }
}

const resolveIn = async (
  named: string,
  domainId: string,
  { project }: AssetFlags,
  ports: FindPorts,
): Promise<() => Promise<ResolvedAsset>> => {
  const result = await findAsset(named, { domainId, ...present({ project }) }, ports)
  switch (result.outcome) {
    case 'found':
      return async () => ({ ...result.asset, isKnown: true })
    case 'ambiguous':
      return () => chosenOf(named, domainId, result.candidates)
    case 'unknown': {
      const { id, similar } = result
      if (id !== undefined && similar.length === 0)
        return async () => ({ domainId, assetId: id, isKnown: false })
      const message = `no asset of ${domainId} is named '${printable(named.slice(0, 100))}'${similarText(similar)}`
      throw new CommandFailed(exitCodes.notFound, message)
    }
    default:
      return result satisfies never
  }
}

const inParallel = 5

/**
 * Finds assets by the names that the user gave, in order. On a terminal, offers a choice for an ambiguous name. Exact names
 * (`DOMAIN/ASSET`, portal addresses) need no call.
 * @throws CommandFailed with exit code 2 and the candidates for an ambiguous name without a terminal, 3 when there is no
 * such asset, 4 or 5 when DataZone refuses the search
 */
export const resolveAssets = async (
  names: readonly string[],
  flags: AssetFlags,
  location: StackLocation,
): Promise<readonly ResolvedAsset[]> => {
  if (names.every((named) => exactAsset(named) !== undefined))
    return names.flatMap((named) => {
      const exact = exactAsset(named)
      return exact === undefined ? [] : [{ ...exact, isKnown: true }]
    })
  const domainId = domainOf(flags.domain, location)
  const ports = await findPorts(location, flags)
  const progress = progressOf('assets found', flags)
  const pending: (() => Promise<ResolvedAsset>)[] = []
  try {
    for (let from = 0; from < names.length; from += inParallel) {
      const batch = names.slice(from, from + inParallel)
      pending.push(...(await Promise.all(batch.map((named) => resolveIn(named, domainId, flags, ports)))))
      progress.report(pending.length, names.length)
    }
  } finally {
    progress.end()
  }
  const assets: ResolvedAsset[] = []
  for (const resolve of pending) assets.push(await resolve())
  return assets
}

/** `resolveAssets` for one name. */
export const resolveAsset = async (
  named: string,
  flags: AssetFlags,
  location: StackLocation,
): Promise<ResolvedAsset> => {
  const [asset] = await resolveAssets([named], flags, location)
  if (asset === undefined)
    throw new CommandFailed(exitCodes.notFound, `no asset is named '${printable(named)}'`)
  return asset
}
