import type { ClaimConditions, ClaimResult } from '../../ports/run-store.ts'
import { type CounterIncrement, incrementsFor, notYetCounted, roomAtMs } from '../../run/caps.ts'
import { hasWaitedTooLong, maxWaitEndsAtMs } from '../../run/max-wait.ts'
import { type ClaimedRun, isCancelRequested, type RunError } from '../../run/run.ts'
import type { StartContext } from './start-context.ts'

/** How long a run that no cap has room for waits, and what for. */
export interface CapWait {
  readonly reason: 'CAP_FULL'
  readonly retryAtMs: number
  readonly error: RunError
}

export type CappedClaiming =
  | Exclude<ClaimResult, { readonly outcome: 'full' }>
  | { readonly outcome: 'full'; readonly wait: CapWait }

const named = ({ counter, limit }: CounterIncrement): string =>
  `cap ${counter.cap}: all ${limit} runs of ${counter.period.slice(counter.period.indexOf('#') + 1)}`

/** Until the last of the full periods has turned; P9: but not for longer than a request may wait. */
const waitFor = (
  full: readonly CounterIncrement[],
  claim: ClaimedRun,
  { clock, settings }: StartContext,
): CapWait => {
  const endsAtMs = maxWaitEndsAtMs(claim, settings.maxWaitMs)
  return {
    reason: 'CAP_FULL',
    // Never at once: at the turn of a period clocks differ.
    retryAtMs: Math.max(clock.now() + settings.lookAgainMs, Math.min(roomAtMs(full), endsAtMs)),
    error: { name: 'CapFull', message: `${full.map(named).join('; ')} are taken` },
  }
}

const withoutCount = async (
  claim: ClaimedRun,
  terms: Omit<ClaimConditions, 'capCounts'>,
  { store }: StartContext,
): Promise<CappedClaiming> => {
  const claiming = await store.claim(claim, terms)
  if (claiming.outcome === 'full') throw new Error('a claim that counts nowhere found a counter full')
  return claiming
}

/**
 * Writes a claim and counts it, in one transaction, in every cap of the policy that fits it and where this attempt is
 * not counted yet. The period is the one of this starter's clock. What comes to nothing is not given back: a cap may be
 * used up too soon, and never passed. What is claimed only to be cancelled or rejected, once List has told of its open
 * Start, sends none: it needs no room, and takes none.
 */
export const claimWithinCaps = async (
  claim: ClaimedRun,
  terms: Omit<ClaimConditions, 'capCounts'>,
  context: StartContext,
): Promise<CappedClaiming> => {
  if (isCancelRequested(claim) || hasWaitedTooLong(claim, context.clock.now(), context.settings.maxWaitMs))
    return withoutCount(claim, terms, context)
  const counts = incrementsFor(claim, context.settings.policy.caps, context.clock.now())
  const { countedIn: counted, ...uncounted } = claim
  const claiming = await context.store.claim(
    counts.length === 0 ? uncounted : { ...claim, countedIn: counts.map(({ counter }) => counter) },
    { ...terms, capCounts: notYetCounted(counts, counted) },
  )
  return claiming.outcome === 'full'
    ? { outcome: 'full', wait: waitFor(claiming.full, claim, context) }
    : claiming
}
