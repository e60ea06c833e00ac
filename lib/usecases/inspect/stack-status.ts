import type { Breakers } from '../../ports/breakers.ts'
import type { RunStore } from '../../ports/run-store.ts'
import type { Breaker } from '../../run/breaker.ts'
import { present } from '../../run/present.ts'
import type { Run } from '../../run/run.ts'
import { anyTimeMs } from './any-time.ts'

/** What the table owes now. */
export interface StackStatus {
  readonly claimed: number
  readonly inFlight: number
  /** Ended and not yet announced. */
  readonly unannounced: number
  /** Parked requests by their reason. */
  readonly parked: Readonly<Record<string, number>>
  /** When the first parked request that is due was to be released, in ms since the epoch. */
  readonly oldestDueAtMs?: number
  readonly breakers: readonly Breaker[]
  /** Records that this version cannot read. */
  readonly unreadable: number
}

/**
 * Counts what the sparse index `work` holds: what owes something. Its cost grows with the work that is open, not with the
 * table. May be a moment behind.
 * @throws PortUnavailable when the table does not answer
 */
export const stackStatus = async (
  ports: { readonly store: RunStore; readonly breakers: Breakers },
  nowMs: number,
): Promise<StackStatus> => {
  const states: Partial<Record<Run['state'], number>> = {}
  const parked: Record<string, number> = {}
  let unreadable = 0
  let oldestDueAtMs: number | undefined
  const park = (reason: string) => {
    parked[reason] = (parked[reason] ?? 0) + 1
  }
  // Leases and looks that are due later owe something, too.
  for await (const page of ports.store.due(anyTimeMs)) {
    unreadable += page.unreadable.length
    for (const run of page.runs) states[run.state] = (states[run.state] ?? 0) + 1
  }
  for await (const page of ports.store.waiting(nowMs)) {
    unreadable += page.unreadable.length
    for (const run of page.runs) {
      if (run.state !== 'PARKED') continue
      park(run.reason)
      oldestDueAtMs = Math.min(oldestDueAtMs ?? run.retryAtMs, run.retryAtMs)
    }
  }
  for await (const reasons of ports.store.parkedAfter(nowMs)) for (const { reason } of reasons) park(reason)
  return {
    claimed: states.CLAIMED ?? 0,
    inFlight: states.IN_FLIGHT ?? 0,
    unannounced: states.ENDED ?? 0,
    parked,
    ...present({ oldestDueAtMs }),
    breakers: await ports.breakers.openBreakers(),
    unreadable,
  }
}
