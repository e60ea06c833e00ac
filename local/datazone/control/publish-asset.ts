import { z } from 'zod'
import { ControlError, parseInput } from '../input/parse-input.ts'
import { strictObject } from '../input/strict-object.ts'
import { changeListing } from '../world/listings.ts'
import { otherUser, type World } from '../world/world.ts'
import { findAsset } from './find-target.ts'

/** The asset to publish or unpublish. */
export const publicationSchema = strictObject({ domainId: z.string(), assetId: z.string() })
export type PublicationInput = z.infer<typeof publicationSchema>

/**
 * Publishes the latest revision of an asset, even if it is published already, and sends an `Asset Added To Catalog`
 * event. Throws ControlError for an unknown asset.
 */
export const publishAsset = (world: World, given: unknown): { listingId: string; version: string } => {
  const { domainId, assetId } = parseInput('the publication', publicationSchema, given)
  const asset = findAsset(world.domains, domainId, assetId)
  const { revision } = asset.latest
  const change = { status: 'ACTIVE', revision, userId: otherUser } as const
  const { listingId, listingRevision } = changeListing(world, domainId, asset, change)
  return { listingId, version: listingRevision }
}

/**
 * Unpublishes an asset and sends an `Asset Unpublished` event. Throws ControlError for an asset that is not published.
 */
export const unpublishAsset = (world: World, given: unknown): { listingId: string; version: string } => {
  const { domainId, assetId } = parseInput('the publication to end', publicationSchema, given)
  const asset = findAsset(world.domains, domainId, assetId)
  if (asset.listing?.status !== 'ACTIVE')
    throw new ControlError(`assetId: '${assetId}' is not published: publish it first`)
  const change = { status: 'INACTIVE', revision: asset.listing.revision, userId: otherUser } as const
  const { listingId, listingRevision } = changeListing(world, domainId, asset, change)
  return { listingId, version: listingRevision }
}
