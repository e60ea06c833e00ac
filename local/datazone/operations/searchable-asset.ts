import type { Asset, Revision } from '../world/domains.ts'
import type { Searchable } from './search-filter.ts'

/**
 * Returns the parts of a revision that searches read. Assumption: DataZone does not document which attributes it
 * searches.
 */
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

/** Returns why a search text found an item: each matching attribute, with the offsets of the first word's first match. */
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
