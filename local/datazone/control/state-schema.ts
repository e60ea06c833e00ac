import { z } from 'zod'
import { faultsSchema } from '../calls/fault-schema.ts'
import { domainSchema, newRevisionSchema } from '../input/catalogue.ts'
import { settingsSchema } from '../input/settings.ts'
import { strictObject } from '../input/strict-object.ts'
import { outcomesSchema } from '../world/run-outcome.ts'
import { assetEventTypes } from '../world/service-events.ts'

const text = z.string()
const ms = z.number()
/** The end of a run; null for a run that never ends. */
const endMs = z.number().nullable()
const changeOf = { domainId: text, projectId: text, assetId: text }

const revision = strictObject({
  revision: text,
  name: text,
  businessName: text.optional(),
  columns: newRevisionSchema.shape.columns.unwrap(),
  description: text.optional(),
  glossaryTerms: z.array(text).optional(),
  createdAtMs: ms,
})

const asset = strictObject({
  id: text,
  projectId: text,
  typeIdentifier: text,
  forms: z.array(text),
  externalIdentifier: text.optional(),
  /** Oldest first. */
  revisions: z.array(revision).min(1),
  listing: strictObject({
    status: z.enum(['ACTIVE', 'INACTIVE']),
    revision: text,
    createdAtMs: ms,
    updatedAtMs: ms,
  }).optional(),
  timesPublished: z.int().min(0),
  transfer: strictObject({
    sourceProjectId: text,
    targetProjectId: text,
    startedAtMs: ms,
    endsAtMs: ms,
    outcome: z.enum(['SUCCEEDED', 'FAILED']),
  }).optional(),
  eventsSent: z.int().min(0),
  rejected: z.array(text),
})

const catalogueShape = domainSchema.shape

const domain = strictObject({
  id: catalogueShape.id,
  users: catalogueShape.users,
  executionRoleArn: catalogueShape.executionRoleArn,
  kmsKeyArn: catalogueShape.kmsKeyArn,
  readsRoles: catalogueShape.readsRoles,
  addsRoles: catalogueShape.addsRoles,
  profileStatus: catalogueShape.profileStatus,
  projects: catalogueShape.projects,
  assets: z.array(asset),
  dataSources: z.array(
    strictObject({ ...catalogueShape.dataSources.unwrap().element.shape, createdAtMs: ms, updatedAtMs: ms }),
  ),
})

const indexed = {
  id: text,
  domainId: text,
  places: strictObject({ newest: z.number(), random: z.number() }),
  deletedAtMs: ms.optional(),
  projectId: text,
  clientToken: text.optional(),
  createdBy: text,
  createdAtMs: ms,
}

const metadataRun = strictObject({
  ...indexed,
  assetId: text,
  revision: text,
  types: z.array(text),
  plan: strictObject({
    submittedUntilMs: ms,
    endsAtMs: endMs,
    ending: text,
    typeEndings: z.array(strictObject({ type: text, status: text, errorMessage: z.exactOptional(text) })),
  }),
})

const count = z.int().min(0)

const dataSourceRun = strictObject({
  ...indexed,
  dataSourceId: text,
  type: text,
  snapshot: text,
  plan: strictObject({
    requestedAtMs: ms,
    runningFromMs: ms,
    endsAtMs: endMs,
    ending: text,
    statistics: strictObject({
      added: count,
      updated: count,
      unchanged: count,
      skipped: count,
      failed: count,
    }),
    error: strictObject({ errorType: text, errorDetail: text }).optional(),
    lineageEndsAtMs: endMs,
    lineageEnding: text,
  }),
})

/** A list of clientTokens, each with its request and the answer to that request. */
const tokens = <Answer extends z.ZodType>(answer: Answer) =>
  z.array(strictObject({ key: text, request: text, atMs: ms, answer }))

const runKey = strictObject({ domainId: text, runId: text })

const occurrence = z.discriminatedUnion('kind', [
  strictObject({ kind: z.literal(['runEnded', 'sourceRunStarted', 'sourceRunEnded']), ...runKey.shape }),
  strictObject({
    kind: z.literal(['published', 'unpublished']),
    listing: strictObject({ ...changeOf, listingId: text, version: text, publishedBy: text }),
  }),
  strictObject({
    kind: z.literal('decided'),
    decision: strictObject({
      ...changeOf,
      revision: text,
      verdict: z.enum(['Accepted', 'Rejected']),
      userId: text,
    }),
  }),
  strictObject({
    kind: z.literal('assetEvent'),
    assetEvent: strictObject({
      ...changeOf,
      detailType: z.enum(assetEventTypes),
      listingId: text,
      version: text,
      number: count,
    }),
  }),
])

const anyRecord = z.record(text, z.unknown())

const event = strictObject({
  version: z.literal('0'),
  id: text,
  'detail-type': text,
  source: z.literal('aws.datazone'),
  account: text,
  time: text,
  region: text,
  resources: z.array(text),
  detail: strictObject({ version: text, metadata: anyRecord, data: anyRecord }),
})

/** What `GET state` answers and `PUT state` takes: everything that a simulated DataZone remembers. */
export const stateSchema = strictObject({
  /** The version of the format; any other is refused. */
  version: z.literal(1),
  seed: z.union([z.number(), text]),
  clockMs: ms,
  settings: settingsSchema,
  domains: z.array(domain),
  outcomes: outcomesSchema,
  /** The faults that are set, and for each when it ends and how many calls it has matched and hit. */
  faults: strictObject({
    set: faultsSchema,
    progress: z.array(strictObject({ endsAtMs: endMs, seen: count, hits: count })),
  }),
  runs: z.array(metadataRun),
  sourceRuns: z.array(dataSourceRun),
  tokens: tokens(runKey),
  sourceTokens: tokens(runKey),
  changeTokens: strictObject({
    accepted: tokens(strictObject({ domainId: text, assetId: text, revision: text })),
    rejected: tokens(strictObject({ domainId: text, assetId: text, assetRevision: text })),
    listed: tokens(strictObject({ listingId: text, listingRevision: text, status: text })),
  }),
  usage: z.record(text, count),
  occurrences: z.array(strictObject({ dueAtMs: ms, occurrence })),
  events: z.array(strictObject({ dueAtMs: ms, event })),
  lateEffects: z.array(
    strictObject({
      dueAtMs: ms,
      call: strictObject({ operation: text, input: z.unknown(), accessKeyId: text.optional() }),
    }),
  ),
  rates: z.record(text, strictObject({ left: z.number(), atMs: z.number().nullable() })),
  calls: strictObject({
    counts: z.record(text, z.record(text, count)),
    throttledStarts: count,
    starts: z.array(
      strictObject({ atMs: ms, outcome: text, overQuota: z.boolean(), runId: text.optional() }),
    ),
  }),
})

/** Everything that a simulated DataZone remembers, as JSON. */
export type SavedState = z.input<typeof stateSchema>
