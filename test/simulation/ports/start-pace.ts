import { PortUnavailable } from '../../../lib/errors.ts'
import type { StartPace } from '../../../lib/ports/start-pace.ts'
import { type Pace, reserveSlots, slowDown } from '../../../lib/run/pace.ts'
import type { Step } from './port-call.ts'

/** The pace behind every simulated starter. */
export interface SimulatedPace {
  paceFor(step: Step): StartPace
}

const unreachable = (cause: Error): never => {
  throw new PortUnavailable('table', cause)
}

/** One pace in memory, changed whole in each step. */
export const simulatedPace = (configuredPerSecond: number): SimulatedPace => {
  let pace: Pace = { nextSlotMs: 0 }
  return {
    paceFor: (step) => ({
      reserve: (count, nowMs, latestMs) =>
        step({
          name: 'pace.reserve',
          about: String(count),
          resends: true,
          unreachable,
          effect: () => {
            const taken = reserveSlots(pace, { count, latestMs }, nowMs, configuredPerSecond)
            pace = taken.pace
            return taken.slots
          },
        }),
      rateCuts: () =>
        step({ name: 'pace.rateCuts', resends: true, unreachable, effect: () => pace.rateCuts ?? 0 }),
      slowDown: (nowMs) =>
        step({
          name: 'pace.slowDown',
          resends: true,
          unreachable,
          effect: () => {
            pace = slowDown(pace, nowMs, configuredPerSecond)
          },
        }),
    }),
  }
}
