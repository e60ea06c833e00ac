import { z } from 'zod'
import { checked } from '../input/parse-input.ts'
import { onlyFields } from '../input/strict-object.ts'
import { drawId } from '../world/random.ts'
import { someoneElse, type World } from '../world/world.ts'
import { knownAsset } from './find-target.ts'

/** Which asset is to be published. */
export const forPublishingSchema = onlyFields({ domainId: z.string(), assetId: z.string() })
/** Which asset is to be published. */
export type ForPublishing = z.infer<typeof forPublishingSchema>

/** Puts an asset in the catalog, once more: its event is `Asset Added To Catalog`. Throws ControlError for an unknown one. */
export const publishAsset = (world: World, given: unknown): { listingId: string; version: string } => {
  const { domainId, assetId } = checked('what is to be published', forPublishingSchema, given)
  const asset = knownAsset(world.shelves, domainId, assetId)
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
