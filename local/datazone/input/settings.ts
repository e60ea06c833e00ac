import { z } from 'zod'
import { listOrders } from '../world/run-index.ts'
import { strictObject } from './strict-object.ts'

const share = z.number().min(0).max(1)
const waitMs = z.number().min(0)

const runs = z.exactOptional(z.int().min(0))

const quotas = {
  /** StartMetadataGenerationRun calls at once. Assumption: as many as in a second. */
  startBucket: z.number().min(1).default(10),
  /** StartMetadataGenerationRun calls in a second (documented: 10 for an account and Region). Not scaled by `speed`. */
  startRatePerSecond: z.number().positive().default(10),
  /** StartDataSourceRun calls in a second, and at once (documented: 20; the bucket is an assumption). */
  dataSourceStartRatePerSecond: z.number().min(1).default(20),
  /** Cancel calls in a second, and at once (documented: 20; the bucket is an assumption). */
  cancelRatePerSecond: z.number().min(1).default(20),
  /** Runs of a data source in a day (documented: 25). Assumption: a day of UTC, which counts scheduled runs too. */
  dataSourceRunsPerDay: z.int().min(0).default(25),
  /**
   * Runs of a type in a month of UTC; an absent type has no limit. Documented: 10,000 with descriptions and 50,000
   * with names. Assumption: a run counts once for each of its types.
   */
  monthlyQuota: strictObject({
    BUSINESS_DESCRIPTIONS: runs,
    BUSINESS_NAMES: runs,
    BUSINESS_GLOSSARY_ASSOCIATIONS: runs,
  }).default({}),
}

const otherRates = {
  /** AcceptPredictions and RejectPredictions in a second, and at once (documented: 20; the bucket is an assumption). */
  predictionRatePerSecond: z.number().min(1).default(20),
  /** CreateListingChangeSet in a second, and at once (documented: 20; the bucket is an assumption). */
  changeSetRatePerSecond: z.number().min(1).default(20),
  /** Search in a second, and at once (documented: 20; the bucket is an assumption). */
  searchRatePerSecond: z.number().min(1).default(20),
  /** SearchListings in a second, and at once (documented: 16; the bucket is an assumption). */
  searchListingsRatePerSecond: z.number().min(1).default(16),
}

const starts = {
  /** How long a clientToken is remembered, in milliseconds. Undocumented; at least 10 minutes is assumed. */
  tokenMemoryMs: waitMs.default(600_000),
  /** The answer to a remembered clientToken with another request: an error (assumed), or its first run (`replay`). */
  tokenMismatch: z
    .enum(['ValidationException', 'ConflictException', 'replay'])
    .default('ValidationException'),
  /** Whether a Start answers ConflictException while a run of its asset or data source is active. Undocumented, most likely. */
  conflictWhileRunning: z.boolean().default(true),
  /** Whether conflicts are checked before the clientToken, so that even a replay is a conflict. Undocumented. */
  conflictBeforeToken: z.boolean().default(false),
}

const sources = {
  /** What StartDataSourceRun answers about a data source that is not READY. That it fails is assumed. */
  sourceNotReady: z.enum(['ConflictException', 'ValidationException']).default('ConflictException'),
}

const cancels = {
  /** The error of Cancel for an ended run. That it fails is documented; the error is not. */
  cancelEnded: z.enum(['ConflictException', 'ValidationException']).default('ConflictException'),
  /** How long a run stays active after Cancel. Undocumented; a run that ends by itself meanwhile keeps that ending. */
  cancelMs: waitMs.default(0),
}

const endings = {
  /** Median time from Start to ending, in milliseconds ("roughly thirty seconds per asset" is the one figure found). */
  medianMs: z.number().positive().default(30_000),
  /** Median time from StartDataSourceRun to ending, in milliseconds. Assumption. */
  dataSourceMedianMs: z.number().positive().default(60_000),
  /** Spread of that time: the standard deviation of its logarithm. */
  sigma: z.number().min(0).default(0.5),
  /** How long the lineage import of a data source run takes after the run has ended. Its length is an assumption. */
  lineageMs: waitMs.default(20_000),
  /** Divides the durations of runs and of that import, and nothing else. */
  speed: z.number().positive().default(1),
  /** Share of runs that end as FAILED. */
  failureShare: share.default(0.05),
  /** Share of runs that end as PARTIALLY_SUCCEEDED. */
  partialShare: share.default(0),
  /** Share of runs that end in a status that no client knows. */
  unknownStatusShare: share.default(0),
  /** Share of runs that never end. */
  stuckShare: share.default(0),
  /** Share of data source runs whose lineage import fails, in addition to failed runs. */
  lineageFailureShare: share.default(0),
}

const lists = {
  /** The order of List, which is undocumented: newest or oldest first, or random but stable. */
  listOrder: z.enum(listOrders).default('newest'),
  /** How old the view of List is, in milliseconds: new runs are missing and statuses stale for this long. */
  listLagMs: waitMs.default(0),
  /** Whether a page token counts runs, so that added and removed runs shift the others. */
  listShift: z.boolean().default(false),
  /** Share of List pages whose items are in another order. */
  listJumbledShare: share.default(0),
  /** How long a page token is valid; null: without end. Undocumented; an expired token is a ValidationException. */
  pageTokenLifeMs: z.number().positive().nullable().default(null),
}

const answers = {
  /**
   * The older API requires `type` on Start, knows only BUSINESS_DESCRIPTIONS and no `types`. Its answers have no
   * `types`, no `typeStats` and no PARTIALLY_SUCCEEDED; it answers FAILED instead (assumed).
   */
  apiGeneration: z.enum(['current', 'older']).default('current'),
  /** Whether each structure of an answer has a field that no model has. */
  unknownFields: z.boolean().default(false),
  /** Share of metadata runs that also show a type that no model has. */
  unknownTypeShare: share.default(0),
}

const events = {
  /** What a `Metadata Generation` event names, which is not published: the run, the asset, both or the domain alone. */
  eventPayload: z.enum(['run-id', 'asset-id', 'both', 'domain-only']).default('run-id'),
  /** Whether runs with BUSINESS_NAMES also give `Business Name Generation` events. */
  olderEvents: z.boolean().default(false),
  /** The event of a partial success. Documented: there is none. */
  partialEvent: z.enum(['none', 'succeeded', 'failed']).default('none'),
  /**
   * The metadata of `Data Source Run` events: `full`, or only what the one public type of them has: `sparse`, with
   * versions as numbers and without project, user and clientToken.
   */
  sourceEventShape: z.enum(['full', 'sparse']).default('full'),
  /** Whether a data source run also gives the events of the newer pages, `Data Source Run Complete` and `Data Source Status Change`. */
  sourceStatusEvents: z.boolean().default(false),
  /** The project of `Asset Added To Catalog` events: the owner, none, or one that does not own the asset. */
  publishedEventProject: z.enum(['owner', 'missing', 'wrong']).default('owner'),
  /** The time from an occurrence to its event. Assumption; best effort is documented. */
  eventDelayMs: waitMs.default(500),
  /** Share of events that are lost. */
  eventLostShare: share.default(0),
  /** Share of events that arrive twice, with the same id, the second up to `eventReorderMs` later. */
  eventDuplicateShare: share.default(0),
  /** Share of events that arrive `eventLateMs` late. */
  eventLateShare: share.default(0),
  eventLateMs: waitMs.default(300_000),
  /** Share of events that are delayed by up to `eventReorderMs`, so that others overtake them. */
  eventReorderedShare: share.default(0),
  eventReorderMs: waitMs.default(5000),
}

/** Every setting with its default. What DataZone documents is marked as such; everything else is an assumption. */
export const settingsSchema = strictObject({
  ...quotas,
  ...otherRates,
  ...starts,
  ...sources,
  ...cancels,
  ...endings,
  ...lists,
  ...answers,
  ...events,
}).refine(
  (given) => given.failureShare + given.partialShare + given.unknownStatusShare + given.stuckShare <= 1,
  {
    message: 'failureShare, partialShare, unknownStatusShare and stuckShare add up to more than 1: lower one',
  },
)

/** How a simulated DataZone behaves. */
export type Settings = Readonly<z.infer<typeof settingsSchema>>
/** Settings as they are given: absent ones have their defaults. */
export type SettingsInput = z.input<typeof settingsSchema>
