import * as z from 'zod/mini'
import { assetId, dataSourceId, domainId, revision, senderId, timestamp, typeList } from './fields.ts'

const common = {
  version: z.literal(1),
  /** The canceler's own id: it stands in the history of what was canceled, and in its event. */
  requestId: senderId,
  kind: z.literal('CANCEL'),
  domainId,
  /** Only what was asked for until then is canceled, however late this message comes, or comes again. */
  requestedAt: timestamp,
  /** For the history of what is canceled. */
  reason: z.optional(z.string().check(z.minLength(1), z.maxLength(150))),
}

/** Cancels what was asked for of an asset and has not ended. */
export const AssetCancelRequest = z.strictObject({
  ...common,
  asset: z.strictObject({
    id: assetId,
    /** Without it, every revision. */
    revision: z.optional(revision),
  }),
  /** Only the runs all of whose types are among these. Default: all runs. */
  types: z.optional(typeList),
})
export type AssetCancelRequest = z.infer<typeof AssetCancelRequest>

/** The same of a data source. DataZone cannot cancel a run that is going, so only what has not started is canceled. */
export const SourceCancelRequest = z.strictObject({
  ...common,
  dataSource: z.strictObject({ id: dataSourceId }),
  /** Without it, every trigger. */
  triggerKey: z.optional(senderId),
})
export type SourceCancelRequest = z.infer<typeof SourceCancelRequest>

/** Asks, on the request queue or by a `Run Cancel Requested` event, that runs be cancelled; version 1. Strict. */
export const CancelRequest = z.union([AssetCancelRequest, SourceCancelRequest])
export type CancelRequest = z.infer<typeof CancelRequest>
