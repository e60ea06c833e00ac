/** An asset as a search shows it. */
export interface FoundAsset {
  readonly assetId: string
  readonly name: string
  readonly projectId: string
  /** The id in its source, such as the ARN of a Glue table; a search of listings shows it only in the asset's forms. */
  readonly externalIdentifier?: string
  readonly isPublished: boolean
}

export interface Project {
  readonly projectId: string
  readonly name: string
}

/**
 * Finds assets and projects by name. Narrow, because only operators' commands need it: no function of the stack searches.
 * Every method throws CatalogRefused when DataZone refuses the call.
 */
export interface AssetSearch {
  /** Returns the first page of published assets that match a text, best first. */
  listed(domainId: string, text: string): Promise<readonly FoundAsset[]>
  /** Returns the published assets whose forms contain the external identifier, of the first page for `text`. */
  listedAs(domainId: string, externalIdentifier: string, text: string): Promise<readonly FoundAsset[]>
  /** Returns the first page of assets of a project, published or not, that match a text. */
  inventory(domainId: string, projectId: string, text: string): Promise<readonly FoundAsset[]>
  /** Returns a project; undefined when there is none, or the caller is not allowed to read it. */
  project(domainId: string, projectId: string): Promise<Project | undefined>
  /** Returns the first page of projects of a domain, of those with this name where one is given. */
  projects(domainId: string, name?: string): Promise<readonly Project[]>
}
