import { z } from 'zod'
import { parseInput } from '../input/parse-input.ts'
import { strictObject } from '../input/strict-object.ts'
import { listingIdOf, listingRevisionOf } from '../world/listings.ts'
import { assetEventTypes } from '../world/service-events.ts'
import { ownerOf, type World } from '../world/world.ts'
import { findAsset } from './find-target.ts'

/** The asset and the detail-type of the event. */
export const assetEventSchema = strictObject({
  domainId: z.string(),
  assetId: z.string(),
  detailType: z.enum(assetEventTypes),
})
export type AssetEventInput = z.input<typeof assetEventSchema>

/** Sends an event about an asset, and changes nothing else. Throws ControlError for an unknown asset. */
export const sendAssetEvent = (world: World, given: unknown): { detailType: string } => {
  const { domainId, assetId, detailType } = parseInput('the asset event', assetEventSchema, given)
  const asset = findAsset(world.domains, domainId, assetId)
  world.outbox.add(world.nowMs(), {
    kind: 'assetEvent',
    assetEvent: {
      detailType,
      domainId,
      assetId,
      projectId: ownerOf(world, asset),
      listingId: listingIdOf(world, domainId, assetId),
      version: detailType.includes('Listing') ? listingRevisionOf(asset) : asset.latest.revision,
      number: asset.eventsSent,
    },
  })
  asset.eventsSent += 1
  return { detailType }
}
