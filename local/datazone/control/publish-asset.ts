import { z } from 'zod'
import { parseInput } from '../input/parse-input.ts'
import { strictObject } from '../input/strict-object.ts'
import { drawId } from '../world/random.ts'
import { otherUser, type World } from '../world/world.ts'
import { findAsset } from './find-target.ts'

/** Which asset is to be published. */
export const publicationSchema = strictObject({ domainId: z.string(), assetId: z.string() })
/** Which asset is to be published. */
export type PublicationInput = z.infer<typeof publicationSchema>

/** Puts an asset in the catalog, once more: its event is `Asset Added To Catalog`. Throws ControlError for an unknown one. */
export const publishAsset = (world: World, given: unknown): { listingId: string; version: string } => {
  const { domainId, assetId } = parseInput('what is to be published', publicationSchema, given)
  const asset = findAsset(world.domains, domainId, assetId)
  asset.timesPublished += 1
  const listingId = drawId(world.seed, 'listing', domainId, assetId)
  const version = String(asset.timesPublished)
  const listing = { domainId, projectId: asset.projectId, assetId, listingId, version }
  world.outbox.add(world.nowMs(), {
    kind: 'published',
    listing: { ...listing, publishedBy: otherUser },
  })
  return { listingId, version }
}
