import { PortUnavailable } from '../../../lib/errors.ts'
import type { Breakers } from '../../../lib/ports/breakers.ts'
import { type Breaker, type BreakerCause, breakerName } from '../../../lib/run/breaker.ts'
import type { Step } from './port-call.ts'

/** The open breakers in memory, and what may be done with them at one moment. */
export const bookOfBreakers = () => {
  const open = new Map<string, Breaker>()
  const current = ({ cause }: Breaker) => open.get(breakerName(cause))
  return {
    open: () => [...open.values()],
    trip: (breaker: Breaker) => {
      if (current(breaker) === undefined) open.set(breakerName(breaker.cause), breaker)
    },
    change: (read: Breaker, next: Breaker): boolean => {
      const now = current(read)
      const isAsRead =
        now?.openedAtMs === read.openedAtMs &&
        now.probes === read.probes &&
        now.nextProbeAtMs === read.nextProbeAtMs
      if (isAsRead) open.set(breakerName(read.cause), next)
      return isAsRead
    },
    close: (breaker: Breaker) => {
      if (current(breaker)?.openedAtMs === breaker.openedAtMs) open.delete(breakerName(breaker.cause))
    },
    /** An operator deletes those of this reason, or all. */
    clear: (reason?: BreakerCause['reason']) => {
      for (const [name, { cause }] of open) if (cause.reason === (reason ?? cause.reason)) open.delete(name)
    },
  }
}

/** The breakers behind every simulated starter. */
export interface SimulatedBreakers {
  breakersFor(step: Step): Breakers
  /** An operator deletes those of this reason, or all. */
  clear(reason?: BreakerCause['reason']): void
}

const unreachable = (cause: Error): never => {
  throw new PortUnavailable('table', cause)
}

/** Open breakers in memory, each call one step. */
export const simulatedBreakers = (): SimulatedBreakers => {
  const book = bookOfBreakers()
  return {
    clear: book.clear,
    breakersFor: (step) => {
      const call = <T>(name: string, about: string, effect: () => T): Promise<T> =>
        step({ name: `breakers.${name}`, about, resends: true, unreachable, effect })
      return {
        openBreakers: () => call('open', '', book.open),
        trip: (breaker) => call('trip', breakerName(breaker.cause), () => book.trip(breaker)),
        replace: (read, next) => call('change', breakerName(read.cause), () => book.change(read, next)),
        close: (breaker) => call('close', breakerName(breaker.cause), () => book.close(breaker)),
      }
    },
  }
}
