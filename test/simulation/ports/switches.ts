import { PortUnavailable } from '../../../lib/errors.ts'
import type { Switches } from '../../../lib/ports/switches.ts'
import type { VirtualTime } from './clock.ts'
import type { Step } from './port-call.ts'

/** The switches behind every simulated starter. */
export interface SimulatedSwitches {
  switchesFor(step: Step): Switches
  /** From now on `scope`, a domain or a project, is paused or not. */
  set(scope: string, paused: boolean): void
}

/**
 * Switches that starters see as they were up to `lagMs` ago: an execution environment may have read them then. Before it
 * believes in a pause, it reads again.
 */
export const simulatedSwitches = (options: {
  readonly time: VirtualTime
  readonly lagMs: () => number
}): SimulatedSwitches => {
  const { time, lagMs } = options
  const changes: { readonly atMs: number; readonly scope: string; readonly paused: boolean }[] = []
  const isPaused = (scope: string, atMs: number): boolean =>
    changes.findLast((change) => change.scope === scope && change.atMs <= atMs)?.paused === true
  return {
    switchesFor: (step) => ({
      pauseOf: (domainId, projectId) =>
        step({
          name: 'switches.pauseOf',
          resends: true,
          unreachable: (cause): never => {
            throw new PortUnavailable('table', cause)
          },
          effect: () => {
            const nowMs = time.now()
            const isPausedAt = (atMs: number) => isPaused(domainId, atMs) || isPaused(projectId, atMs)
            return isPausedAt(nowMs - lagMs()) && isPausedAt(nowMs) ? { reason: 'simulated' } : undefined
          },
        }),
    }),
    set: (scope, paused) => {
      changes.push({ atMs: time.now(), scope, paused })
    },
  }
}
