import { invalidMember } from '../model/validation.ts'
import type { Asset } from '../world/domains.ts'
import { defaultUser, domainOf, ownerOf, type World } from '../world/world.ts'
import { formsOf } from './asset-forms.ts'
import { itemPageOf } from './item-page.ts'
import { type FilterClause, passes, type Searchable, sorted, textMatches } from './search-filter.ts'
import { matchRationale, searchableAsset } from './searchable-asset.ts'
import { suggestionForms } from './suggestions.ts'

/** The input of Search, which satisfies the constraints of the model. */
export type SearchInput = Readonly<{
  domainIdentifier: string
  searchScope: string
  owningProjectIdentifier?: string | null
  searchText?: string | null
  searchIn?: readonly { attribute: string }[] | null
  filters?: FilterClause | null
  sort?: { attribute: string; order?: string | null } | null
  additionalAttributes?: readonly string[] | null
  maxResults?: number | null
  nextToken?: string | null
}>

type Found = Readonly<{ asset: Asset; projectId: string; searchable: Searchable }>

const assetItem = (world: World, input: SearchInput, { asset, projectId, searchable }: Found) => {
  const { domainIdentifier, searchText, searchIn, additionalAttributes } = input
  const isRequested = (attribute: string): boolean => additionalAttributes?.includes(attribute) ?? false
  const { latest, first } = asset
  return {
    assetItem: {
      domainId: domainIdentifier,
      identifier: asset.id,
      name: latest.name,
      typeIdentifier: asset.typeIdentifier,
      typeRevision: '1',
      externalIdentifier: asset.externalIdentifier,
      description: latest.description,
      createdAt: new Date(latest.createdAtMs),
      createdBy: defaultUser,
      firstRevisionCreatedAt: new Date(first.createdAtMs),
      firstRevisionCreatedBy: defaultUser,
      glossaryTerms: latest.glossaryTerms?.length ? latest.glossaryTerms : undefined,
      owningProjectId: projectId,
      additionalAttributes: {
        formsOutput: isRequested('FORMS') ? formsOf(asset, latest, projectId) : undefined,
        readOnlyFormsOutput: isRequested('FORMS')
          ? suggestionForms(world, domainIdentifier, asset, latest)
          : undefined,
        matchRationale:
          isRequested('TEXT_MATCH_RATIONALE') && searchText
            ? matchRationale(textMatches(searchable, searchText, searchIn), searchText)
            : undefined,
      },
    },
  }
}

/**
 * Answers the inventory of a project: its assets at their latest revision, published or not. In practice Search needs a
 * project; here Search without one is a ValidationException. The other scopes find nothing.
 */
export const search = (world: World, input: SearchInput) => {
  const { domainIdentifier, owningProjectIdentifier: projectId, searchScope } = input
  const { searchText, searchIn, filters, sort, nextToken, maxResults } = input
  const domain = domainOf(world, domainIdentifier)
  if (!projectId) throw invalidMember('owningProjectIdentifier', 'not be null')
  const found: Found[] = []
  for (const asset of searchScope === 'ASSET' ? domain.assets.values() : []) {
    if (ownerOf(world, asset) !== projectId) continue
    const searchable = searchableAsset(asset, asset.latest, projectId)
    if (
      passes(searchable, filters) &&
      (!searchText || textMatches(searchable, searchText, searchIn).length > 0)
    )
      found.push({ asset, projectId, searchable })
  }
  const page = itemPageOf(world, {
    key: [
      'inventory',
      domainIdentifier,
      projectId,
      searchScope,
      [searchText ?? null, searchIn ?? null, filters ?? null, sort ?? null],
    ],
    items: sorted(found, sort),
    nextToken,
    maxResults,
  })
  return {
    items: page.items.map((item) => assetItem(world, input, item)),
    nextToken: page.nextToken,
    totalMatchCount: found.length,
  }
}
