import * as z from 'zod/mini'
import { assetId, domainId, projectId, senderId, timestamp } from './fields.ts'

/** That a revision of an asset was published. */
export const assetAdded = 'Asset Added To Catalog'

/**
 * An EventBridge envelope with one of DataZone's own asset events. Only the fields we use; others may come and go.
 * The shape of `detail` follows the one complete example that AWS prints; `assetId` was seen in working handlers.
 */
export const AssetEvent = z.looseObject({
  id: senderId,
  'detail-type': z.literal(assetAdded),
  source: z.literal('aws.datazone'),
  time: z.optional(timestamp),
  detail: z.looseObject({
    metadata: z.looseObject({ domain: domainId, owningProjectId: projectId }),
    data: z.looseObject({ assetId }),
  }),
})
export type AssetEvent = z.infer<typeof AssetEvent>
