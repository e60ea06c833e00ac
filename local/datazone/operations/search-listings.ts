import type { Asset, Revision } from '../world/domains.ts'
import { listingIdOf, listingRevisionOf } from '../world/listings.ts'
import { domainOf, ownerOf, type World } from '../world/world.ts'
import { detailedTerms, formsText } from './asset-forms.ts'
import { itemPageOf } from './item-page.ts'
import { type FilterClause, passes, type Searchable, sorted, textMatches } from './search-filter.ts'
import { matchRationale, searchableAsset } from './searchable-asset.ts'

/** The input of SearchListings, which satisfies the constraints of the model. */
export type SearchListingsInput = Readonly<{
  domainIdentifier: string
  searchText?: string | null
  searchIn?: readonly { attribute: string }[] | null
  filters?: FilterClause | null
  aggregations?: readonly { attribute: string }[] | null
  sort?: { attribute: string; order?: string | null } | null
  additionalAttributes?: readonly string[] | null
  maxResults?: number | null
  nextToken?: string | null
}>

type Found = Readonly<{ asset: Asset; revision: Revision; projectId: string; searchable: Searchable }>

const publishedAssets = (world: World, domainId: string): Found[] => {
  const found: Found[] = []
  for (const asset of domainOf(world, domainId).assets.values()) {
    if (asset.listing?.status !== 'ACTIVE') continue
    const revision = asset.revisions.get(asset.listing.revision) ?? asset.latest
    const projectId = ownerOf(world, asset)
    found.push({ asset, revision, projectId, searchable: searchableAsset(asset, revision, projectId) })
  }
  return found
}

const listingItem = (
  world: World,
  input: SearchListingsInput,
  { asset, revision, projectId, searchable }: Found,
) => {
  const { domainIdentifier, searchText, searchIn, additionalAttributes } = input
  const isRequested = (attribute: string): boolean => additionalAttributes?.includes(attribute) ?? false
  return {
    assetListing: {
      listingId: listingIdOf(world, domainIdentifier, asset.id),
      listingRevision: listingRevisionOf(asset),
      name: revision.name,
      description: revision.description,
      entityId: asset.id,
      entityRevision: revision.revision,
      entityType: asset.typeIdentifier,
      createdAt: new Date(asset.listing?.createdAtMs ?? revision.createdAtMs),
      glossaryTerms: detailedTerms(revision),
      owningProjectId: projectId,
      additionalAttributes: {
        forms: isRequested('FORMS') ? formsText(asset, revision, projectId) : undefined,
        matchRationale:
          isRequested('TEXT_MATCH_RATIONALE') && searchText
            ? matchRationale(textMatches(searchable, searchText, searchIn), searchText)
            : undefined,
      },
    },
  }
}

const aggregate = (attribute: string, found: readonly Found[]) => {
  const counts = new Map<string, number>()
  for (const { searchable } of found)
    for (const value of [searchable.attributes[attribute] ?? []].flat())
      counts.set(String(value), (counts.get(String(value)) ?? 0) + 1)
  return { attribute, items: [...counts].map(([value, count]) => ({ value, count })) }
}

/**
 * Answers the published assets of a domain, each at the revision that was published last. Assumptions: without `sort`
 * they come in the order of the catalogue; a search text matches when the name, the description, the glossary terms or
 * the column names have all its words; and every user of the domain sees every listing.
 */
export const searchListings = (world: World, input: SearchListingsInput) => {
  const { domainIdentifier, searchText, searchIn, filters, aggregations, sort, nextToken, maxResults } = input
  const found = publishedAssets(world, domainIdentifier).filter(
    ({ searchable }) =>
      passes(searchable, filters) &&
      (!searchText || textMatches(searchable, searchText, searchIn).length > 0),
  )
  const page = itemPageOf(world, {
    key: ['listings', domainIdentifier, searchText ?? null, searchIn ?? null, filters ?? null, sort ?? null],
    items: sorted(found, sort),
    nextToken,
    maxResults,
  })
  return {
    items: page.items.map((item) => listingItem(world, input, item)),
    nextToken: page.nextToken,
    totalMatchCount: found.length,
    aggregates: aggregations?.map(({ attribute }) => aggregate(attribute, found)),
  }
}
