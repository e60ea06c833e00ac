import * as z from 'zod/mini'
import {
  assetId,
  dataSourceId,
  described,
  domainId,
  revision,
  senderId,
  timestamp,
  typeList,
  wellFormedText,
} from './fields.ts'

const common = {
  version: z.literal(1),
  requestId: described(
    "The sender's id of this cancel. It appears in the history of each canceled run and in its event.",
    senderId,
  ),
  kind: z.literal('CANCEL'),
  domainId: described('The id of the DataZone domain.', domainId),
  requestedAt: described(
    'Cancels only runs that were requested until this time, however late or often this message is delivered. An ISO 8601 date-time with a time zone.',
    timestamp,
  ),
  reason: described('Is kept in the history of each canceled run.', z.optional(wellFormedText(150))),
}

/** Cancels the runs of an asset that have not ended. */
export const AssetCancelRequest = z.strictObject({
  ...common,
  asset: z.strictObject({
    id: described('The id of the asset.', assetId),
    revision: described('Cancels only runs of this revision. Default: every revision.', z.optional(revision)),
  }),
  types: described(
    'Cancels only runs whose types are all in this list. Default: runs of any types.',
    z.optional(typeList),
  ),
})
export type AssetCancelRequest = z.infer<typeof AssetCancelRequest>

/** Cancels the runs of a data source that have not started: DataZone cannot cancel a data source run. */
export const SourceCancelRequest = z.strictObject({
  ...common,
  dataSource: z.strictObject({ id: described('The id of the data source.', dataSourceId) }),
  triggerKey: described(
    'Cancels only the run of this trigger key. Default: every trigger key.',
    z.optional(senderId),
  ),
})
export type SourceCancelRequest = z.infer<typeof SourceCancelRequest>

/** Cancels runs: a message on the request queue, or the detail of a `Run Cancel Requested` event. Version 1, strict. */
export const CancelRequest = z.union([AssetCancelRequest, SourceCancelRequest])
export type CancelRequest = z.infer<typeof CancelRequest>
