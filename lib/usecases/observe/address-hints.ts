import type { Hint } from '../../contracts/hint.ts'
import { reasonOf } from '../../errors.ts'
import type { RunStore } from '../../ports/run-store.ts'
import type { InFlightRun, Run } from '../../run/run.ts'

/** How a hint was matched with records; `nothing`: it names ids, and no record has any of them. */
export type HintAddress = 'run' | 'asset' | 'source' | 'domain' | 'nothing'

export interface AddressedHint {
  readonly hint: Hint
  readonly address: HintAddress
  /** The runs that the hint may be about. */
  readonly inFlight: readonly InFlightRun[]
  /** A Start was sent whose run id is not recorded yet, and the hint may be about that run. */
  readonly isStarting: boolean
  readonly isUnread: boolean
}

/** Caches `read`, so that each id of a batch is read once, however many hints name it. */
const once = <T>(read: (id: string) => Promise<T>): ((id: string) => Promise<T>) => {
  const reads = new Map<string, Promise<T>>()
  return (id) => {
    const known = reads.get(id) ?? read(id)
    reads.set(id, known)
    return known
  }
}

const addressed = (hint: Hint, address: HintAddress, runs: readonly Run[]): AddressedHint => ({
  hint,
  address,
  inFlight: runs.filter((run) => run.state === 'IN_FLIGHT'),
  isStarting: runs.some(
    (run) => run.state === 'CLAIMED' || (run.state === 'PARKED' && run.earlierStart !== undefined),
  ),
  isUnread: false,
})

/**
 * Finds the records that each hint is about: by a recorded run id, else by asset id, else only the domain. A read that
 * fails is reported as a problem and leaves its hint unread.
 */
export const addressHints = async (
  hints: readonly Hint[],
  store: RunStore,
  onProblem: (problem: string) => void,
): Promise<AddressedHint[]> => {
  const byRunId = once(async (runId) => (await store.byRunId(runId)).runs)
  const ofAsset = once(async (key) => {
    const [domainId = '', assetId = ''] = key.split(' ')
    return (await store.runsOf({ domainId, assetId })).runs
  })
  const address = async (hint: Hint): Promise<AddressedHint> => {
    for (const id of hint.ids) {
      const runs = (await byRunId(id)).filter((run) => run.subject.domainId === hint.domainId)
      if (runs.length > 0) return addressed(hint, 'run', runs)
    }
    for (const id of hint.ids) {
      const runs = await ofAsset(`${hint.domainId} ${id}`)
      if (runs.length > 0) return addressed(hint, 'asset', runs)
    }
    return addressed(hint, hint.ids.length === 0 ? 'domain' : 'nothing', [])
  }
  const addressOne = async (hint: Hint): Promise<AddressedHint> => {
    try {
      return await address(hint)
    } catch (error) {
      onProblem(reasonOf(error))
      return { ...addressed(hint, 'nothing', []), isUnread: true }
    }
  }
  return Promise.all(hints.map(addressOne))
}
