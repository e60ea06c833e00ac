import { PortUnavailable } from '../../../lib/errors.ts'
import type { SkipLog } from '../../../lib/ports/skip-log.ts'
import type { Skip } from '../../../lib/run/skip.ts'
import { memorySkipLog } from '../../support/memory-skip-log.ts'
import type { Step } from './port-call.ts'

/** The skip log that all simulated starters share. */
export interface SimulatedSkipLog {
  skipsFor(step: Step): SkipLog
  /** Returns every recorded skip, the oldest first. */
  all(): readonly Skip[]
}

/** Creates a skip log in memory. */
export const simulatedSkipLog = (): SimulatedSkipLog => {
  const log = memorySkipLog()
  const recorded: Skip[] = []
  return {
    skipsFor: (step) => ({
      record: (target, skip) =>
        step({
          name: 'skips.record',
          about: skip.requestKey,
          resends: true,
          unreachable: (cause): never => {
            throw new PortUnavailable('table', cause)
          },
          effect: () => {
            // In memory the write is done at once.
            void log.record(target, skip)
            recorded.push(skip)
          },
        }),
    }),
    all: () => recorded,
  }
}
