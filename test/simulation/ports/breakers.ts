import { breakerIn } from '../../../lib/adapters/dynamodb/breaker-item.ts'
import { PortUnavailable } from '../../../lib/errors.ts'
import type { Breakers } from '../../../lib/ports/breakers.ts'
import { type Breaker, type BreakerCause, breakerName } from '../../../lib/run/breaker.ts'
import type { Step } from './port-call.ts'

/** Keeps open breakers in memory. With `checksTimes`, a breaker with times far ahead is ignored. */
export const bookOfBreakers = (now: () => number, checksTimes = true) => {
  const open = new Map<string, Breaker>()
  const isUsable = (breaker: Breaker): boolean =>
    !checksTimes || !('problem' in breakerIn({ ...breaker, sk: breakerName(breaker.cause) }, now()))
  const current = ({ cause }: Breaker) => {
    const breaker = open.get(breakerName(cause))
    return breaker !== undefined && isUsable(breaker) ? breaker : undefined
  }
  return {
    open: () => [...open.values()].filter(isUsable),
    trip: (breaker: Breaker) => {
      if (current(breaker) === undefined) open.set(breakerName(breaker.cause), breaker)
    },
    /** Adds a breaker as it is, usable or not. */
    plant: (breaker: Breaker) => void open.set(breakerName(breaker.cause), breaker),
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
    /** Deletes the breakers of this reason, or all, as an operator does. */
    clear: (reason?: BreakerCause['reason']) => {
      for (const [name, { cause }] of open) if (cause.reason === (reason ?? cause.reason)) open.delete(name)
    },
  }
}

/** The breakers that all simulated processes share. */
export interface SimulatedBreakers {
  breakersFor(step: Step): Breakers
  /** Deletes the breakers of this reason, or all, as an operator does. */
  clear(reason?: BreakerCause['reason']): void
  /** Adds a breaker as it is, usable or not. */
  plant(breaker: Breaker): void
}

const unreachable = (cause: Error): never => {
  throw new PortUnavailable('table', cause)
}

/** Creates breakers in memory. Without `checksTimes`, times that lie far ahead are trusted. */
export const simulatedBreakers = (now: () => number, checksTimes = true): SimulatedBreakers => {
  const book = bookOfBreakers(now, checksTimes)
  return {
    clear: book.clear,
    plant: book.plant,
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
