import { PortUnavailable } from '../lib/errors.ts'
import type { Breakers } from '../lib/ports/breakers.ts'
import type { Clock } from '../lib/ports/clock.ts'

/**
 * An outage that no message has met for this long, in ms, is over. A message of the first hour comes back within 45 s.
 */
const quietMs = 90_000

/** Whether the table answers, as far as one execution environment knows. */
export interface TableHealth {
  /** Returns false while an outage is known and the table does not answer one small read. */
  canTry(): Promise<boolean>
  /** Notes that a message failed. */
  failed(error: unknown): void
}

/** P13: during an outage each batch costs one read, and its messages are tried as soon as the table answers that read. */
export const tableHealth = (breakers: Breakers, clock: Clock): TableHealth => {
  let failedAtMs: number | undefined

  const failed = (error: unknown): void => {
    if (error instanceof PortUnavailable && error.port === 'table') failedAtMs = clock.now()
  }

  return {
    failed,
    async canTry() {
      if (failedAtMs === undefined || clock.now() - failedAtMs >= quietMs) return true
      try {
        await breakers.openBreakers()
        return true
      } catch (error) {
        if (!(error instanceof PortUnavailable)) throw error
        failed(error)
        return false
      }
    },
  }
}
