import type { CounterIncrement } from '../run/caps.ts'
import type { RunKey } from '../run/identity.ts'
import type {
  AssetRef,
  ClaimedRun,
  Counter,
  DataSourceRef,
  EndedRun,
  InFlightRun,
  ParkedRun,
  Run,
} from '../run/run.ts'

/** A stored record that this version must not act on (P8): damaged, or written by a newer version. */
export interface UnreadableRecord {
  readonly key: RunKey
  readonly isNewer: boolean
  readonly problem: string
}

/** What a sweep counts of a record that is parked until later. */
export interface ParkedLater {
  readonly reason: string
  readonly atMs: number
}

export interface Records {
  readonly runs: readonly Run[]
  readonly unreadable: readonly UnreadableRecord[]
  /** How many claims the data source has had; see `ClaimConditions`. */
  readonly claimCount?: number
}

/** Selects records of a data source, whose partition keeps every run of half a year. */
interface SourceQuery extends DataSourceRef {
  /** The sort key of a record: every attempt of its subject is read. */
  readonly attemptsOf?: string
  /** From when on runs that ended are read. */
  readonly endedSinceMs: number
}

export type CreateResult<R extends Run> =
  | { readonly outcome: 'created'; readonly run: R }
  /** A record with that key exists. */
  | { readonly outcome: 'exists' }
  /** Another invocation has changed the waiting request since it was read. */
  | { readonly outcome: 'request-changed' }

/** What must hold, apart from the claim's own condition, for a claim to be written. */
export interface ClaimConditions {
  /** The waiting request that the claim replaces, at the version read: deleted in the same transaction. */
  readonly replaces?: ParkedRun | undefined
  /**
   * P1 for data sources: no claim of the data source was written since this count was read, so the facts on which the
   * claim was decided (no open run, runs left today) still hold.
   */
  readonly claimCount?: number | undefined
  /** The cap counters that the claim increments; each must have room. */
  readonly capCounts?: readonly CounterIncrement[] | undefined
}

/** When several conditions failed, the first of these outcomes is returned. */
export type ClaimResult =
  | { readonly outcome: 'claimed'; readonly run: ClaimedRun }
  /** Another invocation has changed the waiting request since it was read. */
  | { readonly outcome: 'request-changed' }
  /** For a new claim: a record with its key exists. */
  | { readonly outcome: 'exists' }
  /** For a record that was read: another invocation has written it since. */
  | { readonly outcome: 'changed' }
  /** Another run of the data source was claimed since the count was read. */
  | { readonly outcome: 'claim-count-changed' }
  /** These counters have no room. */
  | { readonly outcome: 'full'; readonly full: readonly CounterIncrement[] }

export type EndWithNextResult =
  | { readonly outcome: 'saved'; readonly ended: EndedRun }
  /** The next attempt exists; nothing was written. */
  | { readonly outcome: 'exists' }
  /** Another invocation has written the attempt since it was read; nothing was written. */
  | { readonly outcome: 'changed' }

export type RecordResult =
  | { readonly outcome: 'recorded'; readonly run: InFlightRun }
  /** Another invocation has written the record since it was read; nothing was written. */
  | { readonly outcome: 'changed' }
  /** Another record holds the run id; nothing was written. */
  | { readonly outcome: 'taken' }

/**
 * The table of runs. Narrow, so that no caller can lose a claim: every write is conditional, and there is no plain delete
 * and no unconditional put. Every method throws PortUnavailable when the table does not answer; its effect is then unknown.
 */
export interface RunStore {
  /**
   * Returns all records of an asset or data source, strongly consistent: finding duplicates and open runs needs no index.
   * For decisions about a data source, use `decidingRunsOf`.
   */
  runsOf(target: AssetRef | DataSourceRef): Promise<Records>
  /**
   * Returns the records of a data source that decide about its next run (lib/run/deciding-runs.ts), strongly consistent:
   * those that may be active, those that ended since, and the attempts of one subject. The claim count is read first, so
   * a claim on that count fails if another was written while the rest was read (P1).
   */
  decidingRunsOf(query: SourceQuery): Promise<Records>
  /** P1 for data sources: returns which record holds a run id, strongly consistent; undefined when none does. */
  holderOf(domainId: string, runId: string): Promise<RunKey | undefined>
  /** Returns the record that holds a run id. The index behind it may miss a new run id for a moment. */
  byRunId(runId: string): Promise<Records>
  /**
   * P1: writes a new record if none exists for its key, or only a PLANNED one. With `replaces`, the waiting request is
   * deleted in the same transaction, or nothing is written. For claims, use `claim`.
   */
  create<R extends Run>(run: R, replaces?: ParkedRun): Promise<CreateResult<R>>
  /**
   * Writes `run` over the version it was read at and returns it at its new version; undefined if another write won. P7: with
   * `giveBack`, these counters are lowered by one in the same transaction; where one of them cannot be, none is.
   */
  save<R extends Run>(run: R, giveBack?: readonly Counter[]): Promise<R | undefined>
  /**
   * P2: ends an attempt at the version read and writes the next one, if none exists or only a PLANNED one, in one
   * transaction: a retry that an event promises is also recorded.
   */
  endWithNext(ended: EndedRun, next: ParkedRun): Promise<EndWithNextResult>
  /**
   * P1: the only way to write a claim. A claim of version 0 is new: no record of its key may exist, or only a PLANNED one.
   * Any other is written over the version it was read at. Everything in `conditions` is written with it, or nothing is.
   */
  claim(claim: ClaimedRun, conditions?: ClaimConditions): Promise<ClaimResult>
  /**
   * P1 for data sources: writes a run with its run id, new (version 0) or over the version it was read at, in one
   * transaction with the single item that exists for a run id, so that no run has two records.
   */
  recordRunId(run: InFlightRun): Promise<RecordResult>
  /** Deletes a waiting request that proved to be a duplicate, at the version read. Returns false if another write won. */
  dropRequest(request: ParkedRun): Promise<boolean>
  /**
   * Yields the records that owe something by `nowMs`, oldest first, except parked ones (see `waiting`): claims whose lease
   * has ended, runs in flight, endings to announce. May be stale: every write that follows is conditional.
   */
  due(nowMs: number): AsyncIterable<Records>
  /** Yields the parked records that are due by `nowMs`, oldest first. Apart from `due`, because a month's may be parked. */
  waiting(nowMs: number): AsyncIterable<Records>
  /**
   * Yields why and until when each record waits that is parked until after `nowMs`, oldest first, in pages of one megabyte
   * of records. Leaves out records released at `nowMs` or later, which the releasing sweep has counted. May be stale.
   */
  parkedAfter(nowMs: number): AsyncIterable<readonly ParkedLater[]>
}
