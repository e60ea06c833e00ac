import { z } from 'zod'
import { ControlError, checked } from './checked.ts'
import { drawId } from './random.ts'
import { someoneElse, type World } from './world.ts'

/** Which asset is to be published. */
export const forPublishingSchema = z.strictObject({ domainId: z.string(), assetId: z.string() })
/** Which asset is to be published. */
export type ForPublishing = z.infer<typeof forPublishingSchema>

/** Puts an asset in the catalog, once more: its event is `Asset Added To Catalog`. Throws ControlError for an unknown one. */
export const publishAsset = (world: World, given: unknown): { listingId: string; version: string } => {
  const { domainId, assetId } = checked('what is to be published', forPublishingSchema, given)
  const asset = world.shelves.get(domainId)?.assets.get(assetId)
  if (asset === undefined)
    throw new ControlError(`assetId: '${assetId}' is not in '${domainId}': load it in the catalogue first`)
  asset.timesPublished += 1
  const listingId = drawId(world.seed, 'listing', domainId, assetId)
  const version = String(asset.timesPublished)
  const listing = { domainId, projectId: asset.projectId, assetId, listingId, version }
  world.outbox.add(world.nowMs(), {
    kind: 'published',
    listing: { ...listing, publishedBy: someoneElse },
  })
  return { listingId, version }
}
