import type { Count } from '../run/caps.ts'
import type { RunKey } from '../run/identity.ts'
import type { AssetRef, ClaimedRun, DataSourceRef, EndedRun, ParkedRun, Run } from '../run/run.ts'

/** A stored record that this version must not act on (P8): written by a newer one, or damaged. */
export interface UnreadableRecord {
  readonly key: RunKey
  readonly newer: boolean
  readonly problem: string
}

export interface Records {
  readonly runs: readonly Run[]
  readonly unreadable: readonly UnreadableRecord[]
  /** How many claims the data source has seen; see `ClaimTerms`. */
  readonly turn?: number
}

export type Creation<R extends Run> =
  | { readonly outcome: 'created'; readonly run: R }
  /** There is a record with that key. */
  | { readonly outcome: 'exists' }
  /** Somebody else went on with the waiting request meanwhile. */
  | { readonly outcome: 'request-changed' }

/** What must hold besides for a claim to be written. */
export interface ClaimTerms {
  /** The waiting request that the claim replaces, at the version read: it goes with the same write. */
  readonly instead?: ParkedRun | undefined
  /**
   * P1 for data sources: no claim of the data source was written since this count was read. So what the claim was
   * decided on (nobody else is going, the day is not full) still holds.
   */
  readonly turn?: number | undefined
  /** The counters of caps that the claim is one more in; each must have room. */
  readonly counts?: readonly Count[] | undefined
}

/** Of several reasons why nothing was written, the first of these. */
export type Claiming =
  | { readonly outcome: 'claimed'; readonly run: ClaimedRun }
  /** Of a new claim: there is a record with its key. */
  | { readonly outcome: 'exists' }
  /** Of a record that was read: somebody else has written it meanwhile. */
  | { readonly outcome: 'changed' }
  /** Somebody else went on with the waiting request meanwhile. */
  | { readonly outcome: 'request-changed' }
  /** Somebody else claimed a run of the data source meanwhile. */
  | { readonly outcome: 'turn-taken' }
  /** These have no room. */
  | { readonly outcome: 'full'; readonly full: readonly Count[] }

export type Succession =
  | { readonly outcome: 'saved'; readonly ended: EndedRun }
  /** There is a next attempt already; nothing was written. */
  | { readonly outcome: 'exists' }
  /** Somebody else has written the attempt meanwhile; nothing was written. */
  | { readonly outcome: 'changed' }

/**
 * The table of runs. Narrow on purpose: every write is conditional, and there is no delete and no unconditional put, so
 * that no caller can lose a claim. Every method throws when the store cannot answer; nothing is then known.
 */
export interface RunStore {
  /** All records of an asset or data source, as of now (strongly consistent): dedupe and "who is running" need no index. */
  runsOfAsset(target: AssetRef | DataSourceRef): Promise<Records>
  /** The record that holds a run id; an index behind it may not show a new one for a moment. */
  byRunId(runId: string): Promise<Records>
  /**
   * P1: writes a new record on the condition that there is none for its key (or only a PLANNED one). With
   * `instead`, the waiting request it replaces goes in the same transaction, or nothing happens. Claims are for `claim`.
   */
  create<R extends Run>(run: R, instead?: ParkedRun): Promise<Creation<R>>
  /**
   * Writes `run` on the condition that the version it was read at is still there. Answers the run at its new version,
   * or undefined: somebody was faster.
   */
  save<R extends Run>(run: R): Promise<R | undefined>
  /**
   * P2: ends an attempt at the version read and writes the next one, on the condition that there is none (or only a
   * PLANNED one), in one transaction: a retry that is promised is also recorded.
   */
  endWithNext(ended: EndedRun, next: ParkedRun): Promise<Succession>
  /**
   * P1: the one way a claim is written, new (version 0: there must be no record of its key, or only a PLANNED one) or
   * over the version it was read at, together with all that its terms name, or not at all.
   */
  claim(claim: ClaimedRun, terms?: ClaimTerms): Promise<Claiming>
  /** Removes a waiting request that turned out to be a duplicate, at the version read. False: somebody was faster. */
  dropRequest(request: ParkedRun): Promise<boolean>
  /**
   * How many records are parked until some time after `nowMs`, by their reason as it is stored. Reads what `due` leaves
   * of the work that is owed, a page for each megabyte. May be stale.
   */
  parkedAfter(nowMs: number): Promise<ReadonlyMap<string, number>>
  /** Records that owe something by `nowMs`, oldest first. May be stale: every write behind it is conditional. */
  due(nowMs: number): AsyncIterable<Records>
}
