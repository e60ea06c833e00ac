import type { Asset, Revision } from '../world/domains.ts'
import type { Searchable } from './search-filter.ts'

/** What searches read of an asset at a revision. Which attributes DataZone searches is not documented: an assumption. */
export const searchableAsset = (asset: Asset, revision: Revision, projectId: string): Searchable => ({
  attributes: {
    id: asset.id,
    name: revision.name,
    owningProjectId: projectId,
    typeIdentifier: asset.typeIdentifier,
    externalIdentifier: asset.externalIdentifier,
    listingStatus: asset.listing?.status ?? 'NONE',
    glossaryTerms: revision.glossaryTerms,
    createdAt: revision.createdAtMs,
  },
  texts: {
    name: revision.name,
    description: revision.description ?? '',
    glossaryTerms: (revision.glossaryTerms ?? []).join(' '),
    columns: revision.columns.map(({ name }) => name).join(' '),
  },
})

/** Why a search text found an item, with the place of the first match of its first word. */
export const matchRationale = (
  matches: readonly Readonly<{ attribute: string; text: string }>[],
  searchText: string,
) =>
  matches.map(({ attribute, text }) => {
    const [word = ''] = searchText.trim().split(/\s+/)
    const startOffset = Math.max(0, text.toLowerCase().indexOf(word.toLowerCase()))
    return {
      textMatches: [
        { attribute, text, matchOffsets: [{ startOffset, endOffset: startOffset + word.length }] },
      ],
    }
  })
