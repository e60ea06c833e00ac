import * as z from 'zod/mini'
import { lanes } from '../run/run.ts'
import {
  assetId,
  correlationId,
  dataSourceId,
  described,
  domainId,
  projectId,
  revision,
  senderId,
  timestamp,
  typeList,
} from './fields.ts'

const envelope = {
  version: z.literal(1),
  requestId: described('The idempotency key: the same id again is the same request.', senderId),
}
const common = {
  domainId: described('The id of the DataZone domain.', domainId),
  projectId: described('The id of the project that owns the asset or data source.', projectId),
  lane: described(
    'backfill lets live requests go first, and leaves them the reserve of a cap. Default: live.',
    z.optional(z.enum(lanes)),
  ),
  correlationId: described('Returned in every event about the run.', z.optional(correlationId)),
  requestedAt: described(
    'When the sender made the request, as an ISO 8601 date-time with a time zone. Default: when SQS received it.',
    z.optional(timestamp),
  ),
}

/** Requests metadata generation for an asset. */
export const MetadataRunRequest = z.strictObject({
  ...envelope,
  kind: z.literal('METADATA_GENERATION'),
  ...common,
  asset: z.strictObject({
    id: described('The id of the asset.', assetId),
    revision: described(
      'The revision to run. Default: the latest revision when the request is handled.',
      z.optional(revision),
    ),
  }),
  types: described(
    'One to three types, each at most once. Three types make two runs. Default: the types of the policy, else the parameter DefaultTypes.',
    z.optional(typeList),
  ),
  regenerate: described(
    'Whether to run again although this revision has a run: makes the next attempt, once per requestId. Default: false.',
    z.optional(z.boolean()),
  ),
})
export type MetadataRunRequest = z.infer<typeof MetadataRunRequest>

/** Requests a run of a data source. */
const DataSourceRunRequest = z.strictObject({
  ...envelope,
  kind: z.literal('DATA_SOURCE'),
  ...common,
  dataSource: z.strictObject({ id: described('The id of the data source.', dataSourceId) }),
  triggerKey: described(
    'What the run is for, for example the load that wrote the tables. A data source has one run per trigger key.',
    senderId,
  ),
})

export type DataSourceRunRequest = z.infer<typeof DataSourceRunRequest>

/** A message on the request queue. Version 1, strict: a misspelled optional field must not be ignored. */
export const RunRequest = z.discriminatedUnion('kind', [MetadataRunRequest, DataSourceRunRequest])
export type RunRequest = z.infer<typeof RunRequest>
