import { catalogueSchema, type ParsedAsset, type ParsedDataSource } from '../input/catalogue.ts'
import { parseInput } from '../input/parse-input.ts'

/** An asset as it was at one of its revisions. */
export type Revision = Readonly<{
  revision: string
  name: string
  columns: ParsedAsset['columns']
  createdAtMs: number
}>
/** An asset with all its revisions, oldest first; there is always one. */
export type Asset = {
  readonly id: string
  readonly projectId: string
  readonly typeIdentifier: string
  readonly forms: readonly string[]
  readonly externalIdentifier: string | undefined
  readonly first: Revision
  latest: Revision
  readonly revisions: Map<string, Revision>
  /** By the control; whether it was published before the catalogue was loaded does not count. */
  timesPublished: number
}
/** What brings assets in: a connection to Glue or Redshift that can be run. */
export type DataSource = Readonly<ParsedDataSource>
/** A domain with its assets and data sources by id. */
export type Domain = Readonly<{
  assets: ReadonlyMap<string, Asset>
  dataSources: ReadonlyMap<string, DataSource>
}>
/** Domains by id. */
export type Domains = ReadonlyMap<string, Domain>

const createAsset = (given: ParsedAsset, createdAtMs: number): Asset => {
  const { id, projectId, typeIdentifier, forms, externalIdentifier, revision, name, columns } = given
  const first = { revision, name, columns, createdAtMs }
  return {
    id,
    projectId,
    typeIdentifier,
    forms,
    externalIdentifier,
    first,
    latest: first,
    revisions: new Map([[revision, first]]),
    timesPublished: 0,
  }
}

/** Checks a catalogue, and puts it on shelves as of `nowMs`. Throws ControlError, naming each wrong field. */
export const parseDomains = (catalogue: unknown, nowMs: number): Domains => {
  const { domains } = parseInput('the catalogue', catalogueSchema, catalogue)
  return new Map(
    domains.map(({ id, assets, dataSources }) => [
      id,
      {
        assets: new Map(assets.map((asset) => [asset.id, createAsset(asset, nowMs)])),
        dataSources: new Map(dataSources.map((source) => [source.id, source])),
      },
    ]),
  )
}
