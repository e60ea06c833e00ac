import type { Settings } from '../input/settings.ts'
import { ServiceError } from '../model/service-error.ts'
import type { DataSourceRun, DataSourceRuns } from './data-source-run.ts'
import type { Asset, DataSource, Domain, Domains, Revision } from './domains.ts'
import type { MetadataRun, MetadataRuns } from './metadata-run.ts'
import { createOutbox, type Outbox } from './outbox.ts'
import type { Seed } from './random.ts'
import { createRunIndex } from './run-index.ts'
import type { PlannedOutcome } from './run-outcome.ts'
import type { TokenMemory } from './token-memory.ts'
import type { Usage } from './usage.ts'

/** What the operations see: the catalogue, the runs and the clock. */
export type World = {
  readonly seed: Seed
  settings: Settings
  /** Epoch milliseconds. The only source of time: nothing here waits. */
  readonly nowMs: () => number
  domains: Domains
  /** What is to become of the runs of some assets and data sources, by the control's wish. */
  outcomes: readonly PlannedOutcome[]
  readonly runs: MetadataRuns
  readonly sourceRuns: DataSourceRuns
  readonly tokens: TokenMemory<MetadataRun>
  readonly sourceTokens: TokenMemory<DataSourceRun>
  readonly usage: Usage
  readonly outbox: Outbox
}

/** The user of the simulated account whom every caller is. */
export const caller = 'b8f1c2d4-0000-4000-8000-5a1e0da7a001'

/** Someone else, or the schedule: whoever does what the control does. */
export const otherUser = 'b8f1c2d4-0000-4000-8000-5a1e0da7a002'

/** A world with nothing in it. */
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
    usage: new Map(),
    outbox: createOutbox(seed, () => world.settings),
  }
  return world
}

const notFound = (what: string): ServiceError =>
  new ServiceError('ResourceNotFoundException', `${what} was not found`)

/** A domain. An unknown one throws ResourceNotFoundException (assumption; it could be a 403). */
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
