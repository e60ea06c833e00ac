import type { Acceptance } from '../../contracts/acceptance.ts'
import type { Clock } from '../../ports/clock.ts'
import type { RunStore } from '../../ports/run-store.ts'
import { lastRunOf } from '../../run/repeat-guard.ts'
import { generationTypes } from '../../run/run.ts'
import { transition } from '../../run/transition.ts'

/** `accepted`: written on a run or more. `known`: it can be of none, or they say so already. `going`: not all written. */
type AcceptanceFate = 'accepted' | 'known' | 'active'

/**
 * Notes that suggestions of an asset were accepted on the runs that they can be of: the last one of each type, so on
 * three records at most. The event does not tell which, and the repeat guard looks at just these.
 * @throws PortUnavailable when the table cannot answer
 */
export const noteAcceptance = async (
  { domainId, assetId, acceptedAtMs }: Acceptance,
  { store, clock }: { readonly store: RunStore; readonly clock: Clock },
): Promise<AcceptanceFate> => {
  const { runs } = await store.runsOf({ domainId, assetId })
  const nowMs = clock.now()
  const last = new Set(generationTypes.flatMap((type) => lastRunOf([type], runs) ?? []))
  let fate: AcceptanceFate = 'known'
  for (const run of last) {
    const fact = { kind: 'ACCEPTED', acceptedAtMs: Math.min(acceptedAtMs ?? nowMs, nowMs) } as const
    const next = transition(run, fact, nowMs)
    if (next.outcome !== 'changed') continue
    const isSaved = (await store.save(next.run)) !== undefined
    if (!isSaved) fate = 'active'
    else if (fate === 'known') fate = 'accepted'
  }
  return fate
}
