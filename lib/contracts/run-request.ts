import * as z from 'zod/mini'
import { lanes } from '../run/run.ts'
import {
  assetId,
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
  /** The request key: the same id again is the same request. */
  requestId: senderId,
}
const common = {
  domainId,
  projectId,
  lane: z.optional(z.enum(lanes)),
  /** Comes back in every event about the run. */
  correlationId: z.optional(senderId),
  requestedAt: z.optional(timestamp),
}

/** Asks for metadata to be generated for an asset. */
export const MetadataRunRequest = z.strictObject({
  ...envelope,
  kind: z.literal('METADATA_GENERATION'),
  ...common,
  asset: z.strictObject({
    id: assetId,
    /** The revision to run; without it, the latest at the time the request is handled. */
    revision: z.optional(revision),
  }),
  /** One to three, each at most once; three make two runs. Default: the stack's DefaultTypes. */
  types: z.optional(typeList),
  /** Run again although this revision has a run: makes the next attempt, once per requestId. */
  regenerate: z.optional(z.boolean()),
})
export type MetadataRunRequest = z.infer<typeof MetadataRunRequest>

/** Asks for a run of a data source. */
const DataSourceRunRequest = z.strictObject({
  ...envelope,
  kind: z.literal('DATA_SOURCE'),
  ...common,
  dataSource: z.strictObject({ id: dataSourceId }),
  /** Names what the run is for, as the load whose tables it is to find: one run per key, a new key for a new run. */
  triggerKey: senderId,
})

export type DataSourceRunRequest = z.infer<typeof DataSourceRunRequest>

/**
 * What upstream puts on the queue, version 1. Strict on purpose: a misspelt optional field would otherwise be ignored
 * without a word.
 */
export const RunRequest = z.discriminatedUnion('kind', [MetadataRunRequest, DataSourceRunRequest])
export type RunRequest = z.infer<typeof RunRequest>
