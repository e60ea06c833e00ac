import type { ClaimConditions, ClaimResult } from '../../ports/run-store.ts'
import { type CounterIncrement, incrementsFor, notYetCounted, roomAtMs } from '../../run/caps.ts'
import { type ClaimedRun, isCancelRequested, type RunError } from '../../run/run.ts'
import type { StartContext } from './start-context.ts'

/** Why and until when a run waits for room in a cap. */
export interface CapWait {
  readonly reason: 'CAP_FULL'
  readonly retryAtMs: number
  readonly error: RunError
}

export type CappedClaiming =
  | Exclude<ClaimResult, { readonly outcome: 'full' }>
  | { readonly outcome: 'full'; readonly wait: CapWait }

const describeFull = ({ counter, limit }: CounterIncrement): string =>
  `cap ${counter.cap}: all ${limit} runs of ${counter.period.slice(counter.period.indexOf('#') + 1)}`

/** Waits until the last of the full periods has ended. */
const waitForRoom = (full: readonly CounterIncrement[], { clock, settings }: StartContext): CapWait => {
  return {
    reason: 'CAP_FULL',
    // Never at once: at the end of a period clocks differ.
    retryAtMs: Math.max(clock.now() + settings.lookAgainMs, roomAtMs(full)),
    error: { name: 'CapFull', message: `${full.map(describeFull).join('; ')} are used` },
  }
}

const claimUncounted = async (
  claim: ClaimedRun,
  conditions: Omit<ClaimConditions, 'capCounts'>,
  { store }: StartContext,
): Promise<CappedClaiming> => {
  const claiming = await store.claim(claim, conditions)
  if (claiming.outcome === 'full') throw new Error('a claim without counters found a counter full')
  return claiming
}

/**
 * Writes a claim and, in the same transaction, counts it in every cap of the policy that applies to it and does not count
 * this attempt yet. This starter's clock decides the period. A claim that starts nothing is not subtracted again: a cap
 * may fill up too early, but is never exceeded. A claim that only looks up an open Start, to cancel the run afterwards,
 * sends no Start and is not counted.
 */
export const claimWithinCaps = async (
  claim: ClaimedRun,
  conditions: Omit<ClaimConditions, 'capCounts'>,
  context: StartContext,
): Promise<CappedClaiming> => {
  const { clock, settings, store } = context
  if (isCancelRequested(claim)) return claimUncounted(claim, conditions, context)
  const counts = incrementsFor(claim, settings.policy.caps, clock.now())
  const { countedIn, ...uncounted } = claim
  const claiming = await store.claim(
    counts.length === 0 ? uncounted : { ...claim, countedIn: counts.map(({ counter }) => counter) },
    { ...conditions, capCounts: notYetCounted(counts, countedIn) },
  )
  return claiming.outcome === 'full'
    ? { outcome: 'full', wait: waitForRoom(claiming.full, context) }
    : claiming
}
