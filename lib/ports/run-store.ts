import type { CounterIncrement } from '../run/caps.ts'
import type { RunKey } from '../run/identity.ts'
import type {
  AssetRef,
  ClaimedRun,
  DataSourceRef,
  EndedRun,
  InFlightRun,
  ParkedRun,
  Run,
} from '../run/run.ts'

/** A stored record that this version must not act on (P8): written by a newer one, or damaged. */
export interface UnreadableRecord {
  readonly key: RunKey
  readonly isNewer: boolean
  readonly problem: string
}

export interface Records {
  readonly runs: readonly Run[]
  readonly unreadable: readonly UnreadableRecord[]
  /** How many claims the data source has seen; see `ClaimTerms`. */
  readonly claimCount?: number
}

export type CreateResult<R extends Run> =
  | { readonly outcome: 'created'; readonly run: R }
  /** There is a record with that key. */
  | { readonly outcome: 'exists' }
  /** Somebody else went on with the waiting request meanwhile. */
  | { readonly outcome: 'request-changed' }

/** What must hold besides for a claim to be written. */
export interface ClaimConditions {
  /** The waiting request that the claim replaces, at the version read: it goes with the same write. */
  readonly replaces?: ParkedRun | undefined
  /**
   * P1 for data sources: no claim of the data source was written since this count was read. So what the claim was
   * decided on (nobody else is going, the day is not full) still holds.
   */
  readonly claimCount?: number | undefined
  /** The counters of caps that the claim is one more in; each must have room. */
  readonly capCounts?: readonly CounterIncrement[] | undefined
}

/** Of several reasons why nothing was written, the first of these. */
export type ClaimResult =
  | { readonly outcome: 'claimed'; readonly run: ClaimedRun }
  /** Of a new claim: there is a record with its key. */
  | { readonly outcome: 'exists' }
  /** Of a record that was read: somebody else has written it meanwhile. */
  | { readonly outcome: 'changed' }
  /** Somebody else went on with the waiting request meanwhile. */
  | { readonly outcome: 'request-changed' }
  /** Somebody else claimed a run of the data source meanwhile. */
  | { readonly outcome: 'claim-count-changed' }
  /** These have no room. */
  | { readonly outcome: 'full'; readonly full: readonly CounterIncrement[] }

export type EndWithNextResult =
  | { readonly outcome: 'saved'; readonly ended: EndedRun }
  /** There is a next attempt already; nothing was written. */
  | { readonly outcome: 'exists' }
  /** Somebody else has written the attempt meanwhile; nothing was written. */
  | { readonly outcome: 'changed' }

export type RecordResult =
  | { readonly outcome: 'recorded'; readonly run: InFlightRun }
  /** Somebody else has written the record meanwhile; nothing was written. */
  | { readonly outcome: 'changed' }
  /** Another record has the run id; nothing was written. */
  | { readonly outcome: 'taken' }

/**
 * The table of runs. Narrow on purpose: every write is conditional, and there is no delete and no unconditional put, so
 * that no caller can lose a claim. Every method throws when the store cannot answer; nothing is then known.
 */
export interface RunStore {
  /** All records of an asset or data source, as of now (strongly consistent): dedupe and "who is running" need no index. */
  runsOf(target: AssetRef | DataSourceRef): Promise<Records>
  /** The record that holds a run id; an index behind it may not show a new one for a moment. */
  byRunId(runId: string): Promise<Records>
  /**
   * P1: writes a new record on the condition that there is none for its key (or only a PLANNED one). With
   * `instead`, the waiting request it replaces goes in the same transaction, or nothing happens. Claims are for `claim`.
   */
  create<R extends Run>(run: R, instead?: ParkedRun): Promise<CreateResult<R>>
  /**
   * Writes `run` on the condition that the version it was read at is still there. Answers the run at its new version,
   * or undefined: somebody was faster.
   */
  save<R extends Run>(run: R): Promise<R | undefined>
  /**
   * P2: ends an attempt at the version read and writes the next one, on the condition that there is none (or only a
   * PLANNED one), in one transaction: a retry that is promised is also recorded.
   */
  endWithNext(ended: EndedRun, next: ParkedRun): Promise<EndWithNextResult>
  /**
   * P1: the one way a claim is written, new (version 0: there must be no record of its key, or only a PLANNED one) or
   * over the version it was read at, together with all that its terms name, or not at all.
   */
  claim(claim: ClaimedRun, terms?: ClaimConditions): Promise<ClaimResult>
  /**
   * P1 for data sources: writes a run with its run id, new (version 0) or over the version it was read at, in one
   * transaction with the only item that there is for a run id: so that no run ever has two records.
   */
  recordRunId(run: InFlightRun): Promise<RecordResult>
  /** Removes a waiting request that turned out to be a duplicate, at the version read. False: somebody was faster. */
  dropRequest(request: ParkedRun): Promise<boolean>
  /**
   * Records that owe something by `nowMs`, oldest first, but for those that only wait (`waiting`): claims whose lease is
   * over, runs in flight, endings to announce. May be stale: every write behind it is conditional.
   */
  due(nowMs: number): AsyncIterable<Records>
  /** Parked records whose time has come by `nowMs`, oldest first. Apart from `due`, because a month's may be held. */
  waiting(nowMs: number): AsyncIterable<Records>
  /**
   * Why records are parked until some time after `nowMs`: the reason of each as it is stored, in pages of a megabyte of
   * records. Those that were released at `nowMs` or since are left out: whoever released them has counted them. May be
   * stale.
   */
  parkedAfter(nowMs: number): AsyncIterable<readonly string[]>
}
