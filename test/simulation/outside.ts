import type { Skip } from '../../lib/run/skip.ts'
import type { ActualRun } from '../../local/datazone/control/control.ts'
import type { SentCancel } from './cancels.ts'
import type { DueSpan } from './due-cancels.ts'
import type { OpenStart } from './open-starts.ts'
import type { QueuedMessage } from './ports/queue.ts'
import type { SentRequest } from './program-action.ts'
import type { QuotaEnd, RefusalSpan } from './refusals.ts'
import type { Scenario } from './scenario.ts'
import type { TrialKind } from './trials.ts'

/** A run as DataZone knows it. A data source run has no types, and the id of its data source as `assetId`. */
export type SeenRun = Pick<
  ActualRun,
  'id' | 'domainId' | 'projectId' | 'assetId' | 'revision' | 'types' | 'createdAtMs' | 'endsAtMs' | 'status'
> & {
  /** A schedule or a user of the portal started it. */
  readonly isForeign?: true
}

/** Everything that can be seen of a world from outside, for the checker. */
export interface Outside {
  readonly sent: readonly {
    readonly atMs: number
    readonly body: string
    readonly request?: SentRequest
    readonly cancel?: SentCancel
    readonly isUnlisted?: true
  }[]
  /** By asset: from when each revision was the latest, and a name for its columns. */
  readonly revisions: ReadonlyMap<
    string,
    readonly { readonly revision: string; readonly fromMs: number; readonly schema: string }[]
  >
  /** Every skip in the table. */
  readonly skips: readonly Skip[]
  /** Every run except metadata runs that were started in the portal. */
  readonly runs: readonly SeenRun[]
  /** Every StartMetadataGenerationRun that reached DataZone, in order. */
  readonly starts: readonly { readonly atMs: number; readonly throttled: boolean }[]
  /** Many publishes at once, and how many Starts a second DataZone allowed then. */
  readonly bursts: readonly { readonly fromMs: number; readonly size: number; readonly limit: number }[]
  /** How far a clock is ahead of or behind virtual time, at most. */
  readonly skewMs: number
  /** Ids of runs that were started in the portal. */
  readonly portalRuns: ReadonlySet<string>
  /** Ids of runs that DataZone no longer knows. */
  readonly forgotten: ReadonlySet<string>
  /** When DataZone refused every call of a kind. */
  readonly refusalSpans: readonly RefusalSpan[]
  /** When a process died, or a call of DataZone or of the breakers failed. Each may have kept a refusal from its breaker. */
  readonly accidentsMs: readonly number[]
  /** How a full quota ends. Undefined: no quota is full. */
  readonly quotaEnds: QuotaEnd | undefined
  /** When a Start met a full day of its data source. */
  readonly startsOnFullDays: readonly number[]
  /** When a Start met an active run of its data source. */
  readonly startsWhileSourceActive: readonly number[]
  /** The table, item by item. */
  readonly items: readonly Readonly<Record<string, unknown>>[]
  /** The counters of the policy's caps. */
  readonly counters: readonly { readonly cap: string; readonly period: string; readonly runs: number }[]
  /** Keys of records that waited in the backfill lane, though they named a live request as a duplicate. */
  readonly heldBack: ReadonlySet<string>
  /** Spans in which a record was parked and due, though it was to be canceled. Some lie within others. */
  readonly cancelsDue: readonly DueSpan[]
  /** When each sweep began that ended in time and read every waiting record. */
  readonly sweptMs: readonly number[]
  readonly events: readonly SeenEvent[]
  readonly rejected: readonly string[]
  readonly queue: readonly QueuedMessage[]
  readonly deadLetters: readonly QueuedMessage[]
  /** Every message that became a dead letter, redriven or not. */
  readonly deadLettered: readonly { readonly atMs: number; readonly body: string }[]
  /** Every request that the starter hid, and for how long. */
  readonly hidden: readonly {
    readonly atMs: number
    readonly forMs: number
    readonly messageId: string
    readonly body: string
  }[]
  /** Assets that have, for some time, a record that the deployed version cannot read. */
  readonly unreadableAssets: readonly string[]
  readonly modes: readonly { readonly mode: 'off' | 'plan' | 'run'; readonly fromMs: number }[]
  readonly scenario: Scenario
  /** Spans in which the result of a Start of a data source was unknown. */
  readonly openStarts: readonly OpenStart[]
  /** `scope`: the id of the domain or of the project. */
  readonly pauses: readonly { readonly scope: string; readonly fromMs: number; readonly untilMs: number }[]
  /** Keys of planted records that were changed, though no version in use can read them. */
  readonly overwritten: readonly string[]
  /** Items that the table's expiry deleted, as they were. */
  readonly expired: readonly Readonly<Record<string, unknown>>[]
  /** DataZone's older API shows one type of each run. */
  readonly apiGeneration: 'current' | 'older'
  /** The trial in the calm, if there is one. */
  readonly trial: { readonly kind: TrialKind; readonly fromMs: number; readonly untilMs: number } | undefined
  /** From when there are no faults, except the trial and the unreadable fields. */
  readonly calmFromMs: number
  readonly endMs: number
  readonly listLagMs: number
  /** How long a run continues after DataZone has accepted its cancel. */
  readonly cancelMs: number
  /** Endings for which DataZone sends an event that names the run or its asset; below, the same for data source runs. */
  readonly hintedStatuses: readonly string[]
  readonly hintedSourceStatuses: readonly string[]
  /** DataZone's own events as they reached the hint queue. */
  readonly hints: readonly { readonly atMs: number; readonly name: string; readonly id: string }[]
  /** How many runs of a data source DataZone allows a day. */
  readonly runsPerDay: number
  /** Names of the fields of DataZone's answers that were unreadable. */
  readonly unreadableMembers: readonly string[]
  /** How often DataZone answered each error, by its name. */
  readonly answeredErrors: Readonly<Record<string, number>>
  /** Ids of asset events whose trigger the policy does not list. */
  readonly unlistedEvents: ReadonlySet<string>
}

/** An event that the bus accepted, and the items of its asset or data source at that moment. */
export interface SeenEvent {
  readonly takenAtMs: number
  readonly detailType: string
  readonly detail: string
  readonly itemsThen: readonly Readonly<Record<string, unknown>>[]
}
