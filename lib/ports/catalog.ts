import type { AssetDetails, CatalogAsset } from '../run/backfill-asset.ts'
import type { Answer } from './datazone.ts'

export interface CatalogPage {
  readonly assets: readonly CatalogAsset[]
  readonly nextToken?: string
  /** How many assets the whole search finds, as DataZone counts them. */
  readonly total?: number
  /** How many items had no readable id, project or name. */
  readonly unreadableItems?: number
}

/**
 * DataZone's searches, for operators' commands with their own credentials. Narrow and apart from `DataZone`, because every
 * call needs a permission, and no function of the stack searches. A refusal is a value.
 */
export interface Catalog {
  /** Returns one page of the published assets of a domain, each at the revision that was published last. */
  listings(domainId: string, nextToken?: string): Promise<Answer<CatalogPage>>
  /** Returns one page of the assets of a project, published or not. */
  inventory(domainId: string, projectId: string, nextToken?: string): Promise<Answer<CatalogPage>>
  /** Returns what GetAsset shows of an asset's latest revision. */
  details(domainId: string, assetId: string): Promise<Answer<AssetDetails>>
}
