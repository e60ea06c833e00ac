import { CatalogRefused } from '../../errors.ts'
import type { Catalog, CatalogPage } from '../../ports/catalog.ts'
import type { Answer } from '../../ports/datazone.ts'
import type { CatalogAsset } from '../../run/backfill-asset.ts'
import type { PacedCalls } from './paced-calls.ts'

/** Which assets of a domain to list. */
export interface Enumeration {
  readonly domainId: string
  /** Only assets of these projects; absent: of every project. */
  readonly projects?: readonly string[]
  /** Whether to list unpublished assets too. */
  readonly inventory: boolean
}

export interface ListedPage {
  readonly assets: readonly CatalogAsset[]
  readonly unreadableItems: number
  /** How many assets DataZone says that the search finds; only on the first page of each search. */
  readonly total?: number
}

/** Assets are remembered for this many places, because a page may repeat the end of the one before. */
const remembered = 200

/** Returns a filter that drops an asset that was seen among the last few. */
const withoutRepeats = () => {
  let recent: readonly string[] = []
  return (assets: readonly CatalogAsset[]): readonly CatalogAsset[] => {
    const fresh: CatalogAsset[] = []
    for (const asset of assets)
      if (![...recent, ...fresh.map(({ assetId }) => assetId)].includes(asset.assetId)) fresh.push(asset)
    recent = [...recent, ...fresh.map(({ assetId }) => assetId)].slice(-remembered)
    return fresh
  }
}

async function* search(
  what: string,
  read: (nextToken: string | undefined) => Promise<Answer<CatalogPage>>,
  calls: PacedCalls,
): AsyncGenerator<ListedPage> {
  const fresh = withoutRepeats()
  let nextToken: string | undefined
  let isFirst = true
  do {
    const token = nextToken
    const answer = await calls.call(() => read(token))
    if (answer.outcome === 'refused') throw new CatalogRefused(what, answer.refusal)
    const { assets, total, unreadableItems = 0 } = answer.value
    yield {
      assets: fresh(assets),
      unreadableItems,
      ...(isFirst && total !== undefined ? { total } : {}),
    }
    isFirst = false
    nextToken = answer.value.nextToken
  } while (nextToken !== undefined)
}

/** The projects that own a published asset. */
const owningProjects = async (
  domainId: string,
  catalog: Catalog,
  calls: PacedCalls,
): Promise<readonly string[]> => {
  const projects = new Set<string>()
  const pages = search('SearchListings', (token) => catalog.listings(domainId, token), calls)
  for await (const { assets } of pages) for (const { projectId } of assets) projects.add(projectId)
  return [...projects].toSorted()
}

/**
 * Yields the assets of a domain page by page, and holds one page at a time. Published assets come from SearchListings. With
 * `inventory` every asset comes from Search instead, which takes one project at a time: the named ones, or else those that
 * own a published asset.
 * @throws CatalogRefused when DataZone refuses a page
 */
export async function* listAssets(
  { domainId, projects, inventory }: Enumeration,
  catalog: Catalog,
  calls: PacedCalls,
): AsyncGenerator<ListedPage> {
  if (inventory) {
    for (const projectId of projects ?? (await owningProjects(domainId, catalog, calls)))
      yield* search(
        `Search of project ${projectId}`,
        (token) => catalog.inventory(domainId, projectId, token),
        calls,
      )
    return
  }
  for await (const page of search('SearchListings', (token) => catalog.listings(domainId, token), calls))
    yield projects === undefined
      ? page
      : {
          assets: page.assets.filter(({ projectId }) => projects.includes(projectId)),
          unreadableItems: page.unreadableItems,
        }
}
