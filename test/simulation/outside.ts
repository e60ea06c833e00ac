import type { Skip } from '../../lib/run/skip.ts'
import type { ActualRun } from '../../local/datazone/control/control.ts'
import type { SentCancel } from './cancels.ts'
import type { DueSpan } from './due-cancels.ts'
import type { OpenStart } from './open-starts.ts'
import type { QueuedMessage } from './ports/queue.ts'
import type { SentRequest } from './program-action.ts'
import type { QuotaEnd, RefusedTime } from './refusals.ts'
import type { Scenario } from './scenario.ts'
import type { TrialKind } from './trials.ts'

/** A run as DataZone knows it; one of a data source has no types, and its source stands for the asset. */
export type SeenRun = Pick<
  ActualRun,
  'id' | 'domainId' | 'projectId' | 'assetId' | 'revision' | 'types' | 'createdAtMs' | 'endsAtMs' | 'status'
> & {
  /** It was started by a schedule or in the portal. */
  readonly isForeign?: true
}

/** All that can be seen of a world from outside, for the checker. */
export interface Outside {
  readonly sent: readonly {
    readonly atMs: number
    readonly body: string
    readonly request?: SentRequest
    readonly cancel?: SentCancel
    readonly isUnlisted?: true
  }[]
  /** By asset: since when each revision was the latest, and which columns it has. */
  readonly revisions: ReadonlyMap<
    string,
    readonly { readonly revision: string; readonly fromMs: number; readonly schema: string }[]
  >
  /** Every skip that the table was given. */
  readonly skips: readonly Skip[]
  /** Ours, not the portal's. */
  readonly runs: readonly SeenRun[]
  /** Every StartMetadataGenerationRun as DataZone saw it, in order. */
  readonly starts: readonly { readonly atMs: number; readonly throttled: boolean }[]
  /** Publishes all at once, and the Starts a second that DataZone allowed then. */
  readonly bursts: readonly { readonly fromMs: number; readonly size: number; readonly limit: number }[]
  /** Clocks are off by at most this, each way. */
  readonly skewMs: number
  /** Ids of runs that were started in the portal. */
  readonly portalRuns: ReadonlySet<string>
  /** Ids of runs that DataZone no longer knows. */
  readonly forgotten: ReadonlySet<string>
  readonly refusedTimes: readonly RefusedTime[]
  /** How a quota that is full comes to its end. Absent: none is. */
  readonly quotaEnds: QuotaEnd | undefined
  /** When a Start found the day of its data source full. */
  readonly startsOnFullDays: readonly number[]
  /** When a Start met an active run of its data source. */
  readonly startsWhileSourceActive: readonly number[]
  /** The table, item by item. */
  readonly items: readonly Readonly<Record<string, unknown>>[]
  /** What the caps of the policy have counted. */
  readonly counters: readonly { readonly cap: string; readonly period: string; readonly runs: number }[]
  /** Records that waited as backfill when a live request was known to have asked for them. */
  readonly heldBack: ReadonlySet<string>
  /** Times in which a record was parked and due though it was to be cancelled; some are parts of others. */
  readonly cancelsDue: readonly DueSpan[]
  /** When sweeps began that came to their end and, as they say, saw all that waits. */
  readonly sweptMs: readonly number[]
  readonly events: readonly SeenEvent[]
  readonly rejected: readonly string[]
  readonly queue: readonly QueuedMessage[]
  readonly deadLetters: readonly QueuedMessage[]
  /** Every message that became a dead letter, redriven or not. */
  readonly deadLettered: readonly { readonly atMs: number; readonly body: string }[]
  /** Requests that the starter hid, and for how long. */
  readonly hidden: readonly {
    readonly atMs: number
    readonly forMs: number
    readonly messageId: string
    readonly body: string
  }[]
  /** Assets with a record that the deployed version cannot read, now and then. */
  readonly unreadableAssets: readonly string[]
  readonly modes: readonly { readonly mode: 'off' | 'plan' | 'run'; readonly fromMs: number }[]
  readonly scenario: Scenario
  /** Everything there is belongs to the one domain and project that are paused. */
  readonly openStarts: readonly OpenStart[]
  /** `scope`: the id of the domain or of the project. */
  readonly pauses: readonly { readonly scope: string; readonly fromMs: number; readonly untilMs: number }[]
  /** Records that were planted and must not have been touched, and whether they were. */
  readonly disturbed: readonly string[]
  /** Items that the table's expiry deleted, as they were. */
  readonly expired: readonly Readonly<Record<string, unknown>>[]
  /** An older deployment of DataZone shows one type of each run. */
  readonly apiGeneration: 'current' | 'older'
  /** The one fault of the calm. */
  readonly trial: { readonly kind: TrialKind; readonly fromMs: number; readonly untilMs: number } | undefined
  /** From then on nothing went wrong any more, but for the trial. */
  readonly calmFromMs: number
  readonly endMs: number
  readonly listLagMs: number
  /** How long a run still goes on once DataZone has taken its cancel. */
  readonly cancelMs: number
  /** Endings of which DataZone's own event names the run or its asset; and the same of data source runs. */
  readonly hintedStatuses: readonly string[]
  readonly hintedSourceStatuses: readonly string[]
  /** DataZone's own events as they reached the hint queue. */
  readonly hints: readonly { readonly atMs: number; readonly name: string; readonly id: string }[]
  readonly runsPerDay: number
  /** Members of DataZone's answers that could not be read. */
  readonly unreadableMembers: readonly string[]
  /** How often DataZone answered each error, by its name. */
  readonly answeredErrors: Readonly<Record<string, number>>
  /** Ids of asset events whose trigger the policy does not list. */
  readonly unlistedEvents: ReadonlySet<string>
}

/** An event as the bus took it, and what the table held of its run at that moment. */
export interface SeenEvent {
  readonly takenAtMs: number
  readonly detailType: string
  readonly detail: string
  readonly itemsThen: readonly Readonly<Record<string, unknown>>[]
}
