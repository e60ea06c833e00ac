import { begunAnew, isAheadOfClock, parsePace } from '../../../lib/adapters/dynamodb/pace-item.ts'
import { PortUnavailable } from '../../../lib/errors.ts'
import type { StartPace } from '../../../lib/ports/start-pace.ts'
import { type Pace, reserveSlots, slowDown } from '../../../lib/run/pace.ts'
import type { Step } from './port-call.ts'

/** The pace behind every simulated starter. */
export interface SimulatedPace {
  paceFor(step: Step): StartPace
  /** Writes these fields over the item, as a hand or a clock that runs ahead does. */
  plant(fields: object): void
}

const unreachable = (cause: Error): never => {
  throw new PortUnavailable('table', cause)
}

/** One pace in memory, changed whole in each step. Without `checksTimes` it believes times that lie ahead of the clock. */
export const simulatedPace = (configuredPerSecond: number, checksTimes = true): SimulatedPace => {
  let item: unknown = { version: 0, nextSlotMs: 0 }
  /** The pace as the adapter reads it: a damaged item begins anew, and so does one whose times lie ahead of the clock. */
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
