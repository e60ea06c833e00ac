import type { Asset, Listing } from './domains.ts'
import { drawId } from './random.ts'
import { ownerOf, type World } from './world.ts'

/** Returns the id of the listing that an asset has or would have. */
export const listingIdOf = ({ seed }: World, domainId: string, assetId: string): string =>
  drawId(seed, 'listing', domainId, assetId)

/** Returns the revision of a listing, which counts how often the asset was published. */
export const listingRevisionOf = ({ timesPublished }: Asset): string => String(timesPublished)

/** Publishes a revision of an asset, or unpublishes the asset, and sends an event. */
export const changeListing = (
  world: World,
  domainId: string,
  asset: Asset,
  change: Readonly<{ status: Listing['status']; revision: string; userId: string }>,
): { listingId: string; listingRevision: string; status: Listing['status'] } => {
  const { status, revision, userId } = change
  const nowMs = world.nowMs()
  if (status === 'ACTIVE') asset.timesPublished += 1
  asset.listing = { status, revision, createdAtMs: asset.listing?.createdAtMs ?? nowMs, updatedAtMs: nowMs }
  const listingId = listingIdOf(world, domainId, asset.id)
  const listingRevision = listingRevisionOf(asset)
  world.outbox.add(nowMs, {
    kind: status === 'ACTIVE' ? 'published' : 'unpublished',
    listing: {
      domainId,
      projectId: ownerOf(world, asset),
      assetId: asset.id,
      listingId,
      version: listingRevision,
      publishedBy: userId,
    },
  })
  return { listingId, listingRevision, status }
}
