import { begunAnew, isAheadOfClock, parsePace } from '../../../lib/adapters/dynamodb/pace-item.ts'
import { PortUnavailable } from '../../../lib/errors.ts'
import type { StartPace } from '../../../lib/ports/start-pace.ts'
import { type Pace, reserveSlots, slowDown } from '../../../lib/run/pace.ts'
import type { Step } from './port-call.ts'

/** The pace that all simulated starters share. */
export interface SimulatedPace {
  paceFor(step: Step): StartPace
  /** Replaces the item with one that has these fields, as an operator or a clock that runs ahead may write it. */
  plant(fields: object): void
}

const unreachable = (cause: Error): never => {
  throw new PortUnavailable('table', cause)
}

/** Creates a pace in memory. Without `checksTimes` it trusts times that lie ahead of the clock. */
export const simulatedPace = (configuredPerSecond: number, checksTimes = true): SimulatedPace => {
  let item: unknown = { version: 0, nextSlotMs: 0 }
  /** Returns the pace as the adapter reads it: begun anew if the item is damaged or its times lie ahead of the clock. */
  const usable = (nowMs: number): Pace => {
    const pace = parsePace(item) ?? { version: 0, nextSlotMs: 0 }
    return checksTimes && isAheadOfClock(pace, nowMs, configuredPerSecond) ? begunAnew(pace, nowMs) : pace
  }
  const write = (pace: Pace) => {
    item = { ...pace, version: (parsePace(item)?.version ?? 0) + 1 }
  }
  return {
    plant: (fields) => {
      item = { version: 0, nextSlotMs: 0, ...fields }
    },
    paceFor: (step) => ({
      reserve: (count, nowMs, latestMs) =>
        step({
          name: 'pace.reserve',
          about: String(count),
          resends: true,
          unreachable,
          effect: () => {
            const taken = reserveSlots(usable(nowMs), { count, latestMs }, nowMs, configuredPerSecond)
            write(taken.pace)
            return taken.slots
          },
        }),
      rateCuts: () =>
        step({
          name: 'pace.rateCuts',
          resends: true,
          unreachable,
          effect: () => parsePace(item)?.rateCuts ?? 0,
        }),
      slowDown: (nowMs) =>
        step({
          name: 'pace.slowDown',
          resends: true,
          unreachable,
          effect: () => {
            write(slowDown(usable(nowMs), nowMs, configuredPerSecond))
          },
        }),
    }),
  }
}
