import type { Seed } from './random.ts'
import { createRunBook, type Run, type RunBook } from './run-book.ts'
import { ServiceError } from './service-error.ts'
import type { Settings } from './settings.ts'
import type { Asset, Revision, Shelves } from './shelves.ts'

/** A Start that a clientToken stands for. */
type RememberedStart = Readonly<{ request: string; run: Run; atMs: number }>

/** What the operations see: the catalogue, the runs and the clock. */
export type World = {
  readonly seed: Seed
  readonly settings: Settings
  /** Epoch milliseconds. The only source of time: nothing here waits. */
  readonly nowMs: () => number
  shelves: Shelves
  readonly book: RunBook
  /** By domain and clientToken, oldest first. */
  readonly tokens: Map<string, RememberedStart>
}

/** The one user of the simulated account. */
export const caller = 'b8f1c2d4-0000-4000-8000-5a1e0da7a001'

/** A world with nothing in it. */
export const createWorld = (seed: Seed, settings: Settings, nowMs: () => number): World => ({
  seed,
  settings,
  nowMs,
  shelves: new Map(),
  book: createRunBook(),
  tokens: new Map(),
})

const notFound = (what: string): ServiceError =>
  new ServiceError('ResourceNotFoundException', `${what} was not found`)

/** The assets of a domain. An unknown domain throws ResourceNotFoundException (assumption; it could be a 403). */
export const domainOf = (world: World, domainId: string): ReadonlyMap<string, Asset> => {
  const domain = world.shelves.get(domainId)
  if (domain === undefined) throw notFound(`Domain ${domainId}`)
  return domain
}

/** An asset of a domain, or ResourceNotFoundException. */
export const assetOf = (world: World, domainId: string, assetId: string): Asset => {
  const asset = domainOf(world, domainId).get(assetId)
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
export const runOf = (world: World, domainId: string, runId: string): Run => {
  domainOf(world, domainId)
  const run = world.book.find(domainId, runId)
  if (run === undefined) throw notFound(`Metadata generation run ${runId}`)
  return run
}
