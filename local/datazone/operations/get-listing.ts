import { listingIdOf, listingRevisionOf } from '../world/listings.ts'
import { defaultUser, domainOf, notFound, ownerOf, revisionOf, type World } from '../world/world.ts'
import { detailedTerms, formsText } from './asset-forms.ts'

/** The input of GetListing, which satisfies the constraints of the model. */
export type GetListingInput = Readonly<{
  domainIdentifier: string
  identifier: string
  listingRevision?: string
}>

/** Answers a listing of a published or unpublished asset. Only its latest revision is kept; any other is not found. */
export const getListing = (world: World, input: GetListingInput) => {
  const { domainIdentifier: domainId, identifier, listingRevision } = input
  const assets = [...domainOf(world, domainId).assets.values()]
  const asset = assets.find(({ id }) => listingIdOf(world, domainId, id) === identifier)
  const listing = asset?.listing
  if (asset === undefined || listing === undefined) throw notFound(`Listing ${identifier}`)
  if (listingRevision !== undefined && listingRevision !== listingRevisionOf(asset))
    throw notFound(`Revision ${listingRevision} of listing ${identifier}`)
  const revision = revisionOf(asset, listing.revision)
  const projectId = ownerOf(world, asset)
  return {
    domainId,
    id: identifier,
    listingRevision: listingRevisionOf(asset),
    createdAt: new Date(listing.createdAtMs),
    updatedAt: new Date(listing.updatedAtMs),
    createdBy: defaultUser,
    updatedBy: defaultUser,
    name: revision.name,
    description: revision.description,
    status: listing.status,
    item: {
      assetListing: {
        assetId: asset.id,
        assetRevision: revision.revision,
        assetType: asset.typeIdentifier,
        createdAt: new Date(revision.createdAtMs),
        forms: formsText(asset, revision, projectId),
        glossaryTerms: detailedTerms(revision),
        owningProjectId: projectId,
      },
    },
  }
}
