/**
 * What the server of the page sends to its client. Both sides compile against it.
 *
 * 1. Every string comes from records, events or people, is not trusted, and is never rendered as markup.
 * 2. All times are milliseconds since the epoch.
 * 3. A client that sends the last id it received gets the changes since then; any other client gets a snapshot.
 */

/** One run in the live table. */
export interface RunRow {
  /** Identifies the run among all rows. */
  readonly key: string
  readonly domainId: string
  readonly projectId: string
  readonly projectName?: string
  readonly kind: 'asset' | 'source'
  /** The id of the asset or data source. */
  readonly target: string
  /** The asset's name, where the catalog has shown it. */
  readonly name?: string
  /** The sort key of the record in the partition of its target. */
  readonly record: string
  readonly revision?: string
  readonly types: readonly string[]
  readonly attempt: number
  /** The state, or for an ended run its ending. */
  readonly status: string
  /** Why a parked request waits. */
  readonly reason?: string
  readonly runId?: string
  readonly nativeStatus?: string
  readonly error?: string
  readonly createdAtMs?: number
  readonly startedAtMs?: number
  readonly detectedAtMs?: number
  /** When a parked request is looked at next. */
  readonly retryAtMs?: number
  readonly updatedAtMs: number
}

/** The median and the 95th percentile of some durations in ms, and how many there were. */
export interface Spread {
  readonly median: number
  readonly p95: number
  readonly count: number
}

export interface BreakerLine {
  readonly name: string
  readonly openedAtMs: number
  readonly nextProbeAtMs: number
}

export interface PauseLine {
  readonly scope: string
  readonly reason?: string
  readonly pausedBy?: string
}

export interface QueueLine {
  readonly name: string
  readonly waiting: number
  readonly hidden: number
}

/** A quota or cap of a period: what is used, what backfill must leave to live requests, and what waits for room. */
export interface QuotaLine {
  readonly name: string
  readonly used: number
  readonly limit: number
  readonly reserved: number
  readonly waiting: number
  readonly turnsAtMs: number
}

/** Something that an alarm of a deployed stack would report. */
export interface Concern {
  readonly severity: 'critical' | 'warning'
  readonly title: string
  readonly detail: string
  /** A view of the page that shows more. */
  readonly href?: string
}

/** The requests that wait for the same reason. */
export interface WaitingGroup {
  readonly reason: string
  /** The reason in words, as a clause after "waits". */
  readonly why: string
  readonly count: number
  readonly firstRetryAtMs: number
  readonly lastRetryAtMs: number
  readonly oldestRequestAtMs: number
  readonly projects: readonly { readonly scope: string; readonly count: number }[]
  /** The first few, to look at. */
  readonly sample: readonly { readonly key: string; readonly target: string; readonly href: string }[]
  /** The arguments of `dzrun` that release it, where a command does. */
  readonly commands: readonly { readonly why: string; readonly command?: string }[]
}

/** The state of the whole stack at one moment. */
export interface Overview {
  readonly atMs: number
  readonly inFlight: number
  readonly claimed: number
  readonly planned: number
  readonly unannounced: number
  readonly parked: Readonly<Record<string, number>>
  readonly oldestWaitingSinceMs?: number
  readonly oldestDueAtMs?: number
  readonly startsPerSecond: number
  readonly startQuotaPerSecond: number
  /** Endings of the last ten minutes by kind, a minute. */
  readonly endingsPerMinute: Readonly<Record<string, number>>
  /** Endings of the UTC day by kind. */
  readonly endingsToday: Readonly<Record<string, number>>
  /** From the request to the Start. */
  readonly queued?: Spread
  /** From the Start to the detected ending. */
  readonly running?: Spread
  /** From the ending at DataZone to its detection: only the simulator shows when a run really ended. */
  readonly lateness?: Spread
  readonly lastSweepAtMs?: number
  readonly quotas: readonly QuotaLine[]
  readonly breakers: readonly BreakerLine[]
  readonly pauses: readonly PauseLine[]
  readonly queues: readonly QueueLine[]
  readonly concerns: readonly Concern[]
  readonly waiting: readonly WaitingGroup[]
  readonly unreadable: number
  /** What the page itself reads. */
  readonly reads: {
    readonly unitsLastMinute: number
    readonly unitsPerMinute: number
    readonly viewers: number
  }
  /** How many runs the page holds, and since when it holds all of them. */
  readonly held: { readonly runs: number; readonly sinceMs?: number }
}

/** One event of a bus, or one that the page derived from a change of a record. */
export interface EventLine {
  readonly sequence: number
  readonly atMs: number
  readonly bus: 'run' | 'service' | 'table'
  readonly source: string
  readonly detailType: string
  readonly id: string
  readonly domainId?: string
  readonly target?: string
  readonly kind?: 'asset' | 'source'
  readonly runId?: string
  /** What the metadata of an event of DataZone names: a run, an asset or a listing. */
  readonly subjectId?: string
  /** The id of the event or request that caused it. */
  readonly causationId?: string
  readonly reason?: string
  /** The whole event. */
  readonly event: unknown
}

/** A published asset, as the catalog shows it. */
export interface AssetLine {
  readonly domainId: string
  readonly projectId: string
  readonly assetId: string
  readonly name: string
  readonly revision?: string
  readonly hasDescription: boolean
  /** The rule of the policy that skips its publishes. */
  readonly skippedBy?: string
}

export interface AssetList {
  readonly atMs: number
  readonly assets: readonly AssetLine[]
  /** Whether there are more assets than the page reads. */
  readonly isCut: boolean
}

/** A message of the dead-letter or rejected queue that would be sent again. */
export interface HeldMessageView {
  readonly id: string
  readonly sentAtMs?: number
  readonly body: string
  /** Why it is in the queue. */
  readonly reasons: readonly string[]
  /** Why it cannot be sent as it is. Empty: it will be sent. */
  readonly problems: readonly string[]
}

/** A change that waits for its confirmation. */
export interface PlannedChangeView {
  readonly id: string
  /** `Cancel 3 runs`: what the button of the confirmation says. */
  readonly title: string
  /** What it means, and what it does not do. */
  readonly detail: string
  readonly count: number
  /** The first few things that change. */
  readonly lines: readonly string[]
  /** The messages of a redrive. */
  readonly messages?: readonly HeldMessageView[]
}

/** The last run of a page of older runs, by time and identity; the next page begins after it. */
export interface OlderPosition {
  readonly updatedAtMs: number
  readonly id: string
}

/** Runs that the page may not hold, newest first. */
export interface OlderRuns {
  readonly rows: readonly RunRow[]
  /** Absent when there are no older runs. */
  readonly next?: OlderPosition
}

/** What the client needs to know about the server, once. */
export interface Hello {
  readonly stack: string
  readonly isLocal: boolean
  readonly canChange: boolean
  readonly canKillWorkers: boolean
  readonly domains: readonly string[]
  readonly hasBusEvents: boolean
  readonly firstRequest?: FirstTarget
}

/** An asset to begin with. */
export interface FirstTarget {
  readonly domainId: string
  readonly projectId: string
  readonly assetId: string
}

/** What a message of the stream holds. A client adds rows and events, removes keys, and replaces the rest. */
export interface Delta {
  readonly rows?: readonly RunRow[]
  readonly removed?: readonly string[]
  readonly overview?: Overview
  /** Why the page cannot read the stack now; empty when it can. */
  readonly problem?: string
  readonly events?: readonly EventLine[]
}

/** The first message of a stream that does not continue an earlier one: the client forgets what it had. */
export interface Snapshot extends Delta {
  readonly hello: Hello
}

/** The points of a plot. `times` are the starts of equally long buckets, in ms. */
export interface Series {
  readonly bucketMs: number
  readonly times: readonly number[]
  /** Endings in each bucket, by kind. */
  readonly endings: Readonly<Record<string, readonly number[]>>
  readonly starts: readonly number[]
  /** The last value seen in each bucket; null where the page did not look. */
  readonly inFlight: readonly (number | null)[]
  readonly parked: readonly (number | null)[]
  /** Medians and 95th percentiles of the time from Start to detected ending, in ms. */
  readonly runMedian: readonly (number | null)[]
  readonly runP95: readonly (number | null)[]
}

export const plotWindows = ['hour', 'day', 'week'] as const
export type PlotWindow = (typeof plotWindows)[number]
