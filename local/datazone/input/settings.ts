import { z } from 'zod'
import { listOrders } from '../world/run-index.ts'
import { strictObject } from './strict-object.ts'

const share = z.number().min(0).max(1)
const waitMs = z.number().min(0)

const runs = z.exactOptional(z.int().min(0))

const quotas = {
  /** Starts of metadata runs an account may make at once. Assumption: as many as a second's worth. */
  startBucket: z.number().min(1).default(10),
  /** Such Starts that come free in a second (documented: 10 for an account and Region). Never scaled by `speed`. */
  startRatePerSecond: z.number().positive().default(10),
  /** Starts of data source runs in a second, and at once (documented: 20; the bucket is an assumption). */
  dataSourceStartRatePerSecond: z.number().min(1).default(20),
  /** Cancels in a second, and at once (documented: 20; the bucket is an assumption). */
  cancelRatePerSecond: z.number().min(1).default(20),
  /** Runs of a data source in a day (documented: 25). That the day is UTC's and counts scheduled runs is assumed. */
  dataSourceRunsPerDay: z.int().min(0).default(25),
  /**
   * Runs of a type in a month of UTC; a type that is left out has no limit. Documented: 10,000 with descriptions
   * and 50,000 with names. That a run counts once for each of its types is assumed.
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
  /** What a remembered clientToken with another request answers: an error (assumed), or `replay`, its first run. Undocumented. */
  tokenMismatch: z
    .enum(['ValidationException', 'ConflictException', 'replay'])
    .default('ValidationException'),
  /** Whether a Start answers ConflictException while a run of its asset or data source goes. Undocumented, most likely. */
  conflictWhileRunning: z.boolean().default(true),
  /** Whether that is looked at before the clientToken, so that even a replay is a conflict. Undocumented. */
  conflictBeforeToken: z.boolean().default(false),
}

const sources = {
  /** What StartDataSourceRun answers about a data source that is not READY. That it fails is assumed. */
  sourceNotReady: z.enum(['ConflictException', 'ValidationException']).default('ConflictException'),
}

const cancels = {
  /** What Cancel answers about a run that has ended. That it fails is documented, how is not. */
  cancelEnded: z.enum(['ConflictException', 'ValidationException']).default('ConflictException'),
  /** How long a run still goes after Cancel. Undocumented; a run that ends by itself meanwhile keeps that ending. */
  cancelMs: waitMs.default(0),
}

const endings = {
  /** Median time from Start to ending, in milliseconds ("roughly thirty seconds per asset" is all that is found). */
  medianMs: z.number().positive().default(30_000),
  /** The same of data source runs. Assumption. */
  dataSourceMedianMs: z.number().positive().default(60_000),
  /** Spread of that time: the standard deviation of its logarithm. */
  sigma: z.number().min(0).default(0.5),
  /** How long the import of lineage goes on after a data source run has ended. That it may is known, how long is not. */
  lineageMs: waitMs.default(20_000),
  /** Divides the durations of runs and of that import, and nothing else. */
  speed: z.number().positive().default(1),
  /** Share of runs that end as FAILED. */
  failureShare: share.default(0.05),
  /** Share of runs that end as PARTIALLY_SUCCEEDED. */
  partialShare: share.default(0),
  /** Share of runs that end in a status that no client knows. */
  unknownStatusShare: share.default(0),
  /** Share of runs that stay in progress for ever. */
  stuckShare: share.default(0),
  /** Share of data source runs, besides failed ones, whose import of lineage fails. */
  lineageFailureShare: share.default(0),
}

const lists = {
  /** The order of List, which is undocumented: newest first, or shuffled in a way that stays the same. */
  listOrder: z.enum(listOrders).default('newest'),
  /** How old the view is that List gives, in milliseconds: new runs are missing and statuses are stale for so long. */
  listLagMs: waitMs.default(0),
  /** Whether a page begins so many runs after the first as were given before: what comes or goes shifts the rest. */
  listShift: z.boolean().default(false),
  /** Share of List pages whose items come in an order of their own. */
  listJumbledShare: share.default(0),
  /** How long a page token is good for; null is for ever. Undocumented; an expired one is a ValidationException. */
  pageTokenLifeMs: z.number().positive().nullable().default(null),
}

const answers = {
  /**
   * The older API requires `type` on Start, knows only BUSINESS_DESCRIPTIONS and no `types`. Its answers have no
   * `types`, no `typeStats` and no PARTIALLY_SUCCEEDED; it answers FAILED instead (assumed). `older-answers` takes
   * the requests of the current API and answers as the older one.
   */
  apiGeneration: z.enum(['current', 'older', 'older-answers']).default('current'),
  /** Whether each structure of an answer has a field that no model has. */
  unknownFields: z.boolean().default(false),
  /** Share of metadata runs that show, besides their own, a type that no model has. */
  unknownTypeShare: share.default(0),
}

const events = {
  /** What a `Metadata Generation` event names, which is not published: the run, the asset, both or the domain alone. */
  eventPayload: z.enum(['run-id', 'asset-id', 'both', 'domain-only']).default('run-id'),
  /** Whether runs with BUSINESS_NAMES give `Business Name Generation` events besides. */
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
  /** The time from what happened to its event. Assumption; that it is best effort is documented. */
  eventDelayMs: waitMs.default(500),
  /** Share of events that never come. */
  eventLostShare: share.default(0),
  /** Share of events that come twice, with one id, the second at most `eventReorderMs` later. */
  eventDuplicateShare: share.default(0),
  /** Share of events that come `eventLateMs` late. */
  eventLateShare: share.default(0),
  eventLateMs: waitMs.default(300_000),
  /** Share of events that are held back for a while, at most `eventReorderMs`, so that others overtake them. */
  eventReorderedShare: share.default(0),
  eventReorderMs: waitMs.default(5000),
}

/** Every setting with its default. What DataZone documents is marked so; all else is an assumption. */
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

/** How a simulated DataZone behaves, complete. */
export type Settings = Readonly<z.infer<typeof settingsSchema>>
/** The same with everything optional, as a caller gives it. */
export type SettingsInput = z.input<typeof settingsSchema>
