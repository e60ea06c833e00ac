import type { ClaimConditions, ClaimResult } from '../../lib/ports/run-store.ts'
import type { ClaimedRun, Counter, ParkedRun } from '../../lib/run/run.ts'

/** The state of a table in memory that the conditions of a claim are checked against. */
interface Held {
  /** Returns whether the record is unchanged since it was read. */
  readonly isAsRead: (read: ClaimedRun | ParkedRun) => boolean
  readonly isAbsentOrPlanned: boolean
  readonly claimCount: number
  readonly runsIn: (counter: Counter) => number
}

/** Returns why a claim cannot be written, checked in the order that the port documents; undefined if it can. */
export const claimRefused = (
  claim: ClaimedRun,
  { replaces, claimCount, capCounts = [] }: ClaimConditions,
  held: Held,
): Exclude<ClaimResult, { readonly outcome: 'claimed' }> | undefined => {
  if (replaces !== undefined && !held.isAsRead(replaces)) return { outcome: 'request-changed' }
  if (claim.version === 0 && !held.isAbsentOrPlanned) return { outcome: 'exists' }
  if (claim.version > 0 && !held.isAsRead(claim)) return { outcome: 'changed' }
  if (claimCount !== undefined && held.claimCount !== claimCount) return { outcome: 'claim-count-changed' }
  const full = capCounts.filter(({ counter, limit }) => held.runsIn(counter) >= limit)
  return full.length > 0 ? { outcome: 'full', full } : undefined
}
