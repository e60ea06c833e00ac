import type { ClaimConditions, ClaimResult } from '../../lib/ports/run-store.ts'
import type { ClaimedRun, Counter, ParkedRun } from '../../lib/run/run.ts'

/** What a table in memory holds of all that a claim is conditional on. */
interface Held {
  /** Whether a record is still as it was read. */
  readonly isAsRead: (read: ClaimedRun | ParkedRun) => boolean
  readonly isAbsentOrPlanned: boolean
  readonly claimCount: number
  readonly runsIn: (counter: Counter) => number
}

/** Why a claim cannot be written, in the order of the port; undefined when it can. */
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
