import * as z from 'zod/mini'
import {
  assetId,
  dataSourceId,
  domainId,
  revision,
  senderId,
  timestamp,
  typeList,
  wellFormedText,
} from './fields.ts'

const common = {
  version: z.literal(1),
  /** The sender's id of this cancel. It appears in the history of each canceled run and in its event. */
  requestId: senderId,
  kind: z.literal('CANCEL'),
  domainId,
  /** Only runs requested until then are canceled, however late or often this message is delivered. */
  requestedAt: timestamp,
  /** Goes to the history of each canceled run. */
  reason: z.optional(wellFormedText(150)),
}

/** Cancels the runs of an asset that have not ended. */
export const AssetCancelRequest = z.strictObject({
  ...common,
  asset: z.strictObject({
    id: assetId,
    /** Default: every revision. */
    revision: z.optional(revision),
  }),
  /** Cancels only runs all of whose types are listed. Default: all runs. */
  types: z.optional(typeList),
})
export type AssetCancelRequest = z.infer<typeof AssetCancelRequest>

/** Cancels the runs of a data source that have not started: DataZone cannot cancel a data source run. */
export const SourceCancelRequest = z.strictObject({
  ...common,
  dataSource: z.strictObject({ id: dataSourceId }),
  /** Default: every trigger key. */
  triggerKey: z.optional(senderId),
})
export type SourceCancelRequest = z.infer<typeof SourceCancelRequest>

/** Cancels runs: a message on the request queue, or the detail of a `Run Cancel Requested` event. Version 1, strict. */
export const CancelRequest = z.union([AssetCancelRequest, SourceCancelRequest])
export type CancelRequest = z.infer<typeof CancelRequest>
