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

/** What the operations see: the catalogue, the runs and the clock. */
export type World = {
  readonly seed: Seed
  settings: Settings
  /** Epoch milliseconds. The only source of time: nothing here waits. */
  readonly nowMs: () => number
  domains: Domains
  /** The outcomes of the runs of some assets and data sources, as the control planned them. */
  outcomes: readonly PlannedOutcome[]
  readonly runs: MetadataRuns
  readonly sourceRuns: DataSourceRuns
  readonly tokens: TokenMemory<MetadataRun>
  readonly sourceTokens: TokenMemory<DataSourceRun>
  /** What accepting, rejecting and publishing answered to each token. */
  readonly changeTokens: ChangeTokens
  readonly usage: Usage
  readonly outbox: Outbox
}

/** The user of a caller whose access key belongs to no user of the catalogue. */
export const defaultUser = 'b8f1c2d4-0000-4000-8000-5a1e0da7a001'

/** The user behind what the control does, e.g. a person in the portal. */
export const otherUser = 'b8f1c2d4-0000-4000-8000-5a1e0da7a002'

/** A world without a catalogue and without runs. */
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

/** ResourceNotFoundException about something. */
export const notFound = (what: string): ServiceError =>
  new ServiceError('ResourceNotFoundException', `${what} was not found`)

/** A domain. An unknown one throws ResourceNotFoundException (assumption: it could be a 403). */
export const domainOf = (world: World, domainId: string): Domain => {
  const domain = world.domains.get(domainId)
  if (domain === undefined) throw notFound(`Domain ${domainId}`)
  return domain
}

/** An asset of a domain, or ResourceNotFoundException. */
export const assetOf = (world: World, domainId: string, assetId: string): Asset => {
  const asset = domainOf(world, domainId).assets.get(assetId)
  if (asset === undefined) throw notFound(`Asset ${assetId}`)
  return asset
}

/** The project that owns an asset now. */
export const ownerOf = (world: World, asset: Asset): string => ownerAt(asset, world.nowMs())

/** A revision of an asset, the latest when none is named, or ResourceNotFoundException. */
export const revisionOf = (asset: Asset, revision: string | undefined): Revision => {
  const found = revision === undefined ? asset.latest : asset.revisions.get(revision)
  if (found === undefined) throw notFound(`Revision ${revision} of asset ${asset.id}`)
  return found
}

/** A run of a domain, or ResourceNotFoundException. */
export const runOf = (world: World, domainId: string, runId: string): MetadataRun => {
  domainOf(world, domainId)
  const run = world.runs.find(domainId, runId)
  if (run === undefined) throw notFound(`Metadata generation run ${runId}`)
  return run
}

/** A data source of a domain, or ResourceNotFoundException. */
export const dataSourceOf = (world: World, domainId: string, sourceId: string): DataSource => {
  const source = domainOf(world, domainId).dataSources.get(sourceId)
  if (source === undefined) throw notFound(`Data source ${sourceId}`)
  return source
}

/** A data source run of a domain, or ResourceNotFoundException. */
export const dataSourceRunOf = (world: World, domainId: string, runId: string): DataSourceRun => {
  domainOf(world, domainId)
  const run = world.sourceRuns.find(domainId, runId)
  if (run === undefined) throw notFound(`Data source run ${runId}`)
  return run
}
