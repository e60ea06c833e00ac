import type { Acceptance } from '../../contracts/acceptance.ts'
import type { Clock } from '../../ports/clock.ts'
import type { RunStore } from '../../ports/run-store.ts'
import { lastRunOf } from '../../run/repeat-guard.ts'
import { generationTypes } from '../../run/run.ts'
import { transition } from '../../run/transition.ts'

/**
 * `accepted`: recorded on at least one run. `known`: no run can be meant, or each one has it recorded already. `active`:
 * not every run could be written.
 */
type AcceptanceFate = 'accepted' | 'known' | 'active'

/**
 * Records that suggestions of an asset were accepted on each run that the event can be about: the last run of each type,
 * at most three. The event does not name the run, and the repeat guard reads just these.
 * @throws PortUnavailable when the table does not answer
 */
export const noteAcceptance = async (
  { domainId, assetId, acceptedAtMs }: Acceptance,
  { store, clock }: { readonly store: RunStore; readonly clock: Clock },
): Promise<AcceptanceFate> => {
  const { runs } = await store.runsOf({ domainId, assetId })
  const nowMs = clock.now()
  const last = new Set(generationTypes.flatMap((type) => lastRunOf(type, runs) ?? []))
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
