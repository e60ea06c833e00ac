import * as z from 'zod/mini'
import { lanes } from '../run/run.ts'
import {
  assetId,
  correlationId,
  dataSourceId,
  domainId,
  projectId,
  revision,
  senderId,
  timestamp,
  typeList,
} from './fields.ts'

const envelope = {
  version: z.literal(1),
  /** The idempotency key: the same id again is the same request. */
  requestId: senderId,
}
const common = {
  domainId,
  projectId,
  lane: z.optional(z.enum(lanes)),
  /** Returned in every event about the run. */
  correlationId: z.optional(correlationId),
  requestedAt: z.optional(timestamp),
}

/** Requests metadata generation for an asset. */
export const MetadataRunRequest = z.strictObject({
  ...envelope,
  kind: z.literal('METADATA_GENERATION'),
  ...common,
  asset: z.strictObject({
    id: assetId,
    /** The revision to run. Default: the latest when the request is handled. */
    revision: z.optional(revision),
  }),
  /** One to three types, each at most once; three make two runs. Default: the policy's types, else DefaultTypes. */
  types: z.optional(typeList),
  /** Run again although this revision has a run: makes the next attempt, once per requestId. Default: false. */
  regenerate: z.optional(z.boolean()),
})
export type MetadataRunRequest = z.infer<typeof MetadataRunRequest>

/** Requests a run of a data source. */
const DataSourceRunRequest = z.strictObject({
  ...envelope,
  kind: z.literal('DATA_SOURCE'),
  ...common,
  dataSource: z.strictObject({ id: dataSourceId }),
  /** Names the occasion of the run, for example the load that wrote the tables. One run per key. */
  triggerKey: senderId,
})

export type DataSourceRunRequest = z.infer<typeof DataSourceRunRequest>

/** A message on the request queue. Version 1, strict: a misspelled optional field must not be ignored. */
export const RunRequest = z.discriminatedUnion('kind', [MetadataRunRequest, DataSourceRunRequest])
export type RunRequest = z.infer<typeof RunRequest>
