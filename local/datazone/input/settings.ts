import { z } from 'zod'
import { listOrders } from '../world/run-index.ts'
import { strictObject } from './strict-object.ts'

const share = z.number().min(0).max(1)
const waitMs = z.number().min(0)

const runs = z.exactOptional(z.int().min(0))

const quotas = {
  /** StartMetadataGenerationRun calls at once. Assumption: as many as per second. */
  startBucket: z.number().min(1).default(10),
  /** StartMetadataGenerationRun calls per second (documented: 10 per account and Region). `speed` does not scale it. */
  startRatePerSecond: z.number().positive().default(10),
  /** StartDataSourceRun calls per second, and at once (documented: 20; the bucket is an assumption). */
  dataSourceStartRatePerSecond: z.number().min(1).default(20),
  /** CancelMetadataGenerationRun calls per second, and at once (documented: 20; the bucket is an assumption). */
  cancelRatePerSecond: z.number().min(1).default(20),
  /** Runs of a data source per day (documented: 25). Assumption: a UTC day, and scheduled runs count. */
  dataSourceRunsPerDay: z.int().min(0).default(25),
  /**
   * Runs of a type per UTC month; an absent type has no limit. Documented: 10,000 with descriptions and 50,000 with
   * names. Assumption: a run counts once for each of its types.
   */
  monthlyQuota: strictObject({
    BUSINESS_DESCRIPTIONS: runs,
    BUSINESS_NAMES: runs,
    BUSINESS_GLOSSARY_ASSOCIATIONS: runs,
  }).default({}),
}

const otherRates = {
  /**
   * AcceptPredictions and RejectPredictions calls, each per second and at once (documented: 20; the bucket is an
   * assumption).
   */
  predictionRatePerSecond: z.number().min(1).default(20),
  /** CreateListingChangeSet calls per second, and at once (documented: 20; the bucket is an assumption). */
  changeSetRatePerSecond: z.number().min(1).default(20),
  /** Search calls per second, and at once (documented: 20; the bucket is an assumption). */
  searchRatePerSecond: z.number().min(1).default(20),
  /** SearchListings calls per second, and at once (documented: 16; the bucket is an assumption). */
  searchListingsRatePerSecond: z.number().min(1).default(16),
}

const starts = {
  /** How long a clientToken is remembered, in milliseconds. Undocumented; at least 10 minutes is assumed. */
  tokenMemoryMs: waitMs.default(600_000),
  /** The answer to a remembered clientToken with another request: an error (assumed), or the token's run (`replay`). */
  tokenMismatch: z
    .enum(['ValidationException', 'ConflictException', 'replay'])
    .default('ValidationException'),
  /**
   * Whether a Start answers ConflictException while a run of its asset or data source is active. Undocumented, but
   * likely.
   */
  conflictWhileRunning: z.boolean().default(true),
  /** Whether conflicts are checked before the clientToken, so that even a replay is a conflict. Undocumented. */
  conflictBeforeToken: z.boolean().default(false),
}

const sources = {
  /** The error of StartDataSourceRun for a data source that is not READY. Undocumented; it is assumed to fail. */
  sourceNotReady: z.enum(['ConflictException', 'ValidationException']).default('ConflictException'),
}

const cancels = {
  /** The error of Cancel for an ended run. That Cancel fails is documented; the error is not. */
  cancelEnded: z.enum(['ConflictException', 'ValidationException']).default('ConflictException'),
  /**
   * How long a run stays active after Cancel, in milliseconds. Undocumented. A run that ends meanwhile keeps its
   * ending.
   */
  cancelMs: waitMs.default(0),
}

const endings = {
  /** Median time from Start to ending, in milliseconds ("roughly thirty seconds per asset" is the one figure found). */
  medianMs: z.number().positive().default(30_000),
  /** Median time from StartDataSourceRun to ending, in milliseconds. Assumption. */
  dataSourceMedianMs: z.number().positive().default(60_000),
  /** Spread of both times: the standard deviation of their logarithm. */
  sigma: z.number().min(0).default(0.5),
  /** How long the lineage import of a data source run takes after the run has ended, in milliseconds. Assumption. */
  lineageMs: waitMs.default(20_000),
  /** Divides the durations of runs and lineage imports, and nothing else. */
  speed: z.number().positive().default(1),
  /** Share of runs that end as FAILED. */
  failureShare: share.default(0.05),
  /** Share of runs that end as PARTIALLY_SUCCEEDED. */
  partialShare: share.default(0),
  /** Share of runs that end in a status that no model has. */
  unknownStatusShare: share.default(0),
  /** Share of runs that never end. */
  stuckShare: share.default(0),
  /** Share of data source runs whose lineage import fails, in addition to failed runs. */
  lineageFailureShare: share.default(0),
}

const lists = {
  /** The order of List: newest or oldest first, or random but stable. Undocumented. */
  listOrder: z.enum(listOrders).default('newest'),
  /** How far List lags behind, in milliseconds: new runs are missing and statuses are stale for this long. */
  listLagMs: waitMs.default(0),
  /** Whether a page token is an offset, so that added and removed runs shift later pages. */
  listShift: z.boolean().default(false),
  /** Share of List pages whose items are in another order. */
  listJumbledShare: share.default(0),
  /**
   * How long a page token is valid, in milliseconds; null: for ever. Undocumented. An expired token is a
   * ValidationException.
   */
  pageTokenLifeMs: z.number().positive().nullable().default(null),
}

const answers = {
  /**
   * The older API requires `type` on Start, knows only BUSINESS_DESCRIPTIONS and no `types`. Its answers have no
   * `types`, no `typeStats` and no PARTIALLY_SUCCEEDED; it answers FAILED instead (assumed).
   */
  apiGeneration: z.enum(['current', 'older']).default('current'),
  /** Whether each structure in an answer has a field that no model has. */
  unknownFields: z.boolean().default(false),
  /** Share of metadata runs that show an additional type that no model has. */
  unknownTypeShare: share.default(0),
}

const events = {
  /** What a `Metadata Generation` event names: the run, the asset, both, or only the domain. Undocumented. */
  eventPayload: z.enum(['run-id', 'asset-id', 'both', 'domain-only']).default('run-id'),
  /** Whether runs with BUSINESS_NAMES also send the older `Business Name Generation` events. */
  olderEvents: z.boolean().default(false),
  /** The event of a partial success. Documented: there is none. */
  partialEvent: z.enum(['none', 'succeeded', 'failed']).default('none'),
  /**
   * The metadata of `Data Source Run` events: `full`, or `sparse` as in the only published type of these events, which
   * has numbers as versions and no project, user or clientToken.
   */
  sourceEventShape: z.enum(['full', 'sparse']).default('full'),
  /**
   * Whether a data source run also sends `Data Source Run Complete` and `Data Source Status Change`, which other AWS
   * pages name.
   */
  sourceStatusEvents: z.boolean().default(false),
  /** The project in `Asset Added To Catalog` events: the owner, none, or a project that does not own the asset. */
  publishedEventProject: z.enum(['owner', 'missing', 'wrong']).default('owner'),
  /** Milliseconds from an occurrence to its event. Assumption; documented is only that delivery is best effort. */
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

/** Every setting with its default. Documented values are marked as such; every other value is an assumption. */
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
/** Settings before defaults are filled in. */
export type SettingsInput = z.input<typeof settingsSchema>
