import * as z from 'zod/mini'
import { lanes, runKinds } from '../run/run.ts'
import { assetId, domainId, generationType, projectId, revision, senderId, timestamp } from './fields.ts'

/**
 * What upstream puts on the queue, version 1. Strict on purpose: a misspelt optional field would otherwise be ignored
 * without a word.
 */
export const RunRequest = z.strictObject({
  version: z.literal(1),
  /** The request key: the same id again is the same request. */
  requestId: senderId,
  kind: z.enum(runKinds),
  domainId,
  projectId,
  asset: z.strictObject({
    id: assetId,
    /** The revision to run; without it, the latest at the time the request is handled. */
    revision: z.optional(revision),
  }),
  /** One to three, each at most once; three make two runs. Default: the stack's DefaultTypes. */
  types: z.optional(
    z.array(generationType).check(
      z.minLength(1),
      z.maxLength(3),
      z.refine((types) => new Set(types).size === types.length, { error: 'must not repeat a type' }),
    ),
  ),
  lane: z.optional(z.enum(lanes)),
  /** Comes back in every event about the run. */
  correlationId: z.optional(senderId),
  requestedAt: z.optional(timestamp),
  /** Run again although this revision has a run: makes the next attempt, once per requestId. */
  regenerate: z.optional(z.boolean()),
})
export type RunRequest = z.infer<typeof RunRequest>
