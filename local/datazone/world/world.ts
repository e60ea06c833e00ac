import type { Settings } from '../input/settings.ts'
import { ServiceError } from '../model/service-error.ts'
import type { DataSourceRun, DataSourceRuns } from './data-source-run.ts'
import { type Asset, type DataSource, type Domain, type Domains, ownerAt, type Revision } from './domains.ts'
import type { MetadataRun, MetadataRuns } from './metadata-run.ts'
import { createOutbox, type Outbox } from './outbox.ts'
import type { Seed } from './random.ts'
import { createRunIndex } from './run-index.ts'
import type { PlannedOutcome } from './run-outcome.ts'
import type { TokenMemory } from './token-memory.ts'
import type { Usage } from './usage.ts'

/** The answers of the operations that change an asset, by clientToken. */
type ChangeTokens = Readonly<{
  accepted: TokenMemory<{ domainId: string; assetId: string; revision: string }>
  rejected: TokenMemory<{ domainId: string; assetId: string; assetRevision: string }>
  listed: TokenMemory<{ listingId: string; listingRevision: string; status: string }>
}>

/** The state on which the operations act: the catalogue, the runs and the clock. */
export type World = {
  readonly seed: Seed
  settings: Settings
  /** Returns the time in epoch milliseconds. It is the only source of time: no operation waits. */
  readonly nowMs: () => number
  domains: Domains
  /** The outcomes that the control has planned for the runs of some assets and data sources. */
  outcomes: readonly PlannedOutcome[]
  readonly runs: MetadataRuns
  readonly sourceRuns: DataSourceRuns
  readonly tokens: TokenMemory<MetadataRun>
  readonly sourceTokens: TokenMemory<DataSourceRun>
  /** The answers of accepting, rejecting and publishing, by clientToken. */
  readonly changeTokens: ChangeTokens
  readonly usage: Usage
  readonly outbox: Outbox
}

/** The user of a caller whose access key no user of the catalogue has. */
export const defaultUser = 'b8f1c2d4-0000-4000-8000-5a1e0da7a001'

/** The user that makes the changes of the control, as a user of the portal would. */
export const otherUser = 'b8f1c2d4-0000-4000-8000-5a1e0da7a002'

/** Creates a world without a catalogue and runs. */
export const createWorld = (seed: Seed, settings: Settings, nowMs: () => number): World => {
  const world: World = {
    seed,
    settings,
    nowMs,
    domains: new Map(),
    outcomes: [],
    runs: createRunIndex((run) => run.assetId),
    sourceRuns: createRunIndex((run) => run.dataSourceId),
    tokens: new Map(),
    sourceTokens: new Map(),
    changeTokens: { accepted: new Map(), rejected: new Map(), listed: new Map() },
    usage: new Map(),
    outbox: createOutbox(seed, () => world.settings),
  }
  return world
}

/** Returns a ResourceNotFoundException about a resource. */
export const notFound = (what: string): ServiceError =>
  new ServiceError('ResourceNotFoundException', `${what} was not found`)

/** Returns a domain. Throws ResourceNotFoundException for an unknown domain (an assumption; it could be a 403). */
export const domainOf = (world: World, domainId: string): Domain => {
  const domain = world.domains.get(domainId)
  if (domain === undefined) throw notFound(`Domain ${domainId}`)
  return domain
}

/** Returns an asset of a domain. Throws ResourceNotFoundException when there is none. */
export const assetOf = (world: World, domainId: string, assetId: string): Asset => {
  const asset = domainOf(world, domainId).assets.get(assetId)
  if (asset === undefined) throw notFound(`Asset ${assetId}`)
  return asset
}

/** Returns the id of the project that owns an asset now. */
export const ownerOf = (world: World, asset: Asset): string => ownerAt(asset, world.nowMs())

/** Returns a revision of an asset, by default the latest. Throws ResourceNotFoundException when there is none. */
export const revisionOf = (asset: Asset, revision: string | undefined): Revision => {
  const found = revision === undefined ? asset.latest : asset.revisions.get(revision)
  if (found === undefined) throw notFound(`Revision ${revision} of asset ${asset.id}`)
  return found
}

/** Returns a metadata run of a domain. Throws ResourceNotFoundException when there is none. */
export const runOf = (world: World, domainId: string, runId: string): MetadataRun => {
  domainOf(world, domainId)
  const run = world.runs.find(domainId, runId)
  if (run === undefined) throw notFound(`Metadata generation run ${runId}`)
  return run
}

/** Returns a data source of a domain. Throws ResourceNotFoundException when there is none. */
export const dataSourceOf = (world: World, domainId: string, sourceId: string): DataSource => {
  const source = domainOf(world, domainId).dataSources.get(sourceId)
  if (source === undefined) throw notFound(`Data source ${sourceId}`)
  return source
}

/** Returns a data source run of a domain. Throws ResourceNotFoundException when there is none. */
export const dataSourceRunOf = (world: World, domainId: string, runId: string): DataSourceRun => {
  domainOf(world, domainId)
  const run = world.sourceRuns.find(domainId, runId)
  if (run === undefined) throw notFound(`Data source run ${runId}`)
  return run
}
