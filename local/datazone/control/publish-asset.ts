import { z } from 'zod'
import { ControlError, parseInput } from '../input/parse-input.ts'
import { strictObject } from '../input/strict-object.ts'
import { changeListing } from '../world/listings.ts'
import { otherUser, type World } from '../world/world.ts'
import { findAsset } from './find-target.ts'

/** The asset to publish. */
export const publicationSchema = strictObject({ domainId: z.string(), assetId: z.string() })
/** The asset to publish. */
export type PublicationInput = z.infer<typeof publicationSchema>

/**
 * Publishes the latest revision of an asset, once more; the event is `Asset Added To Catalog`. Throws ControlError
 * for an unknown asset.
 */
export const publishAsset = (world: World, given: unknown): { listingId: string; version: string } => {
  const { domainId, assetId } = parseInput('the publication', publicationSchema, given)
  const asset = findAsset(world.domains, domainId, assetId)
  const { revision } = asset.latest
  const change = { status: 'ACTIVE', revision, userId: otherUser } as const
  const { listingId, listingRevision } = changeListing(world, domainId, asset, change)
  return { listingId, version: listingRevision }
}

/** Takes an asset out of the catalog; the event is `Asset Unpublished`. Throws ControlError for one that is not in it. */
export const unpublishAsset = (world: World, given: unknown): { listingId: string; version: string } => {
  const { domainId, assetId } = parseInput('the publication to end', publicationSchema, given)
  const asset = findAsset(world.domains, domainId, assetId)
  if (asset.listing?.status !== 'ACTIVE')
    throw new ControlError(`assetId: '${assetId}' is not published: publish it first`)
  const change = { status: 'INACTIVE', revision: asset.listing.revision, userId: otherUser } as const
  const { listingId, listingRevision } = changeListing(world, domainId, asset, change)
  return { listingId, version: listingRevision }
}
