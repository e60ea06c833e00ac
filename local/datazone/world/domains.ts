import {
  catalogueSchema,
  type ParsedAsset,
  type ParsedDataSource,
  type ParsedDomain,
} from '../input/catalogue.ts'
import { parseInput } from '../input/parse-input.ts'

/** A revision of an asset. */
export type Revision = Readonly<{
  revision: string
  name: string
  /** The accepted suggestion of a business name, which the form of common details shows. */
  businessName: string | undefined
  columns: ParsedAsset['columns']
  description: string | undefined
  glossaryTerms: readonly string[] | undefined
  createdAtMs: number
}>

/** The listing of an asset that is or was published. */
export type Listing = Readonly<{
  status: 'ACTIVE' | 'INACTIVE'
  /** The revision that was published last. */
  revision: string
  createdAtMs: number
  updatedAtMs: number
}>

/** A transfer of an asset to another project, IN_PROGRESS until it ends. */
export type OwnershipTransfer = Readonly<{
  sourceProjectId: string
  targetProjectId: string
  startedAtMs: number
  endsAtMs: number
  outcome: 'SUCCEEDED' | 'FAILED'
}>

/** An asset with all its revisions, oldest first and at least one. */
export type Asset = {
  readonly id: string
  projectId: string
  readonly typeIdentifier: string
  readonly forms: readonly string[]
  readonly externalIdentifier: string | undefined
  readonly first: Revision
  latest: Revision
  readonly revisions: Map<string, Revision>
  listing: Listing | undefined
  /** How often the asset was published. A catalogue that lists it counts once. */
  timesPublished: number
  transfer: OwnershipTransfer | undefined
  /** How many events the control has sent about the asset. */
  eventsSent: number
  /** The suggestions that were rejected, each as its revision and field path. */
  readonly rejected: Set<string>
}

/** A data source of Glue or Redshift, whose runs import assets. */
export type DataSource = Omit<ParsedDataSource, 'status'> & {
  status: ParsedDataSource['status']
  readonly createdAtMs: number
  updatedAtMs: number
}

export type User = ParsedDomain['users'][number]

/** A project. Every caller may act in a project whose `members` are undefined. */
export type Project = ParsedDomain['projects'][number]

/** A domain with its projects, assets and data sources by id. */
export type Domain = Readonly<Omit<ParsedDomain, 'id' | 'projects' | 'assets' | 'dataSources'>> &
  Readonly<{
    projects: Map<string, Project>
    assets: ReadonlyMap<string, Asset>
    dataSources: ReadonlyMap<string, DataSource>
  }>
export type Domains = ReadonlyMap<string, Domain>

const createAsset = (given: ParsedAsset, createdAtMs: number): Asset => {
  const { id, projectId, typeIdentifier, forms, externalIdentifier, revision, listing } = given
  const { name, columns, description, glossaryTerms } = given
  const first = { revision, name, columns, description, glossaryTerms, businessName: undefined, createdAtMs }
  return {
    id,
    projectId,
    typeIdentifier,
    forms,
    externalIdentifier,
    first,
    latest: first,
    revisions: new Map([[revision, first]]),
    listing:
      listing === 'NONE' ? undefined : { status: listing, revision, createdAtMs, updatedAtMs: createdAtMs },
    timesPublished: listing === 'NONE' ? 0 : 1,
    transfer: undefined,
    eventsSent: 0,
    rejected: new Set(),
  }
}

const byId = <Item extends { id: string }>(items: readonly Item[]): Map<string, Item> =>
  new Map(items.map((item) => [item.id, item]))

/** Returns the domains of a catalogue, created at `nowMs`. Throws ControlError, which names each wrong field. */
export const parseDomains = (catalogue: unknown, nowMs: number): Domains => {
  const { domains } = parseInput('the catalogue', catalogueSchema, catalogue)
  return new Map(
    domains.map(({ id, projects, assets, dataSources, ...rest }) => [
      id,
      {
        ...rest,
        projects: byId(projects),
        assets: byId(assets.map((asset) => createAsset(asset, nowMs))),
        dataSources: byId(
          dataSources.map((source) => ({ ...source, createdAtMs: nowMs, updatedAtMs: nowMs })),
        ),
      },
    ]),
  )
}

/** The changes of a new revision. Absent fields keep the values of the latest revision. */
type Changes = Readonly<{ [Field in Exclude<keyof Revision, 'createdAtMs'>]?: Revision[Field] | undefined }>

const nextRevision = (asset: Asset): string =>
  String(1 + Math.max(0, ...[...asset.revisions.keys()].map(Number).filter(Number.isSafeInteger)))

/** Adds a revision to an asset and makes it the latest. Its default name is the next number. */
export const appendRevision = (asset: Asset, changes: Changes, nowMs: number): Revision => {
  const { latest } = asset
  asset.latest = {
    revision: changes.revision ?? nextRevision(asset),
    name: changes.name ?? latest.name,
    businessName: changes.businessName ?? latest.businessName,
    columns: changes.columns ?? latest.columns,
    description: changes.description ?? latest.description,
    glossaryTerms: changes.glossaryTerms ?? latest.glossaryTerms,
    createdAtMs: nowMs,
  }
  asset.revisions.set(asset.latest.revision, asset.latest)
  return asset.latest
}

/** Returns whether an asset is in transfer to another project at a time. Changes of the asset conflict until it ends. */
export const isInTransfer = ({ transfer }: Asset, atMs: number): boolean =>
  transfer !== undefined && atMs < transfer.endsAtMs

/** Returns the id of the project that owns an asset at a time. */
export const ownerAt = ({ projectId, transfer }: Asset, atMs: number): string =>
  transfer?.outcome === 'SUCCEEDED' && atMs >= transfer.endsAtMs ? transfer.targetProjectId : projectId
