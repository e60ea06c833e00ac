import type { Breakers } from '../../ports/breakers.ts'
import type { Clock } from '../../ports/clock.ts'
import { type Breaker, type BreakerCause, breakerName } from '../../run/breaker.ts'

/** The open breakers as one execution environment knows them, shared by all its messages. */
export interface BreakerCache {
  /**
   * Returns the open breakers, read at most `maxAgeMs` ago.
   * @throws PortUnavailable when the table does not answer
   */
  read(maxAgeMs: number): Promise<readonly Breaker[]>
  /** Applies a change that this environment made, without a read. Undefined: the breaker is closed. */
  learn(cause: BreakerCause, breaker: Breaker | undefined): void
}

export const breakerCache = (breakers: Breakers, clock: Clock): BreakerCache => {
  let known: { readonly atMs: number; readonly open: Promise<readonly Breaker[]> } | undefined

  return {
    read(maxAgeMs) {
      const nowMs = clock.now()
      if (known === undefined || nowMs - known.atMs >= maxAgeMs) {
        const open = breakers.openBreakers()
        known = { atMs: nowMs, open }
        // Every message that waits for this read gets the error; the next one reads again.
        open.catch(() => {
          known = undefined
        })
      }
      return known.open
    },

    learn(cause, breaker) {
      if (known === undefined) return
      const name = breakerName(cause)
      const others = known.open.then((open) => open.filter((other) => breakerName(other.cause) !== name))
      const open = breaker === undefined ? others : others.then((rest) => [...rest, breaker])
      open.catch(() => {})
      known = { atMs: known.atMs, open }
    },
  }
}
