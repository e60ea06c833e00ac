import { pauseFor, pauseIn } from '../../../lib/adapters/dynamodb/switch-item.ts'
import { PortUnavailable } from '../../../lib/errors.ts'
import type { Switches } from '../../../lib/ports/switches.ts'
import type { VirtualTime } from './clock.ts'
import type { Step } from './port-call.ts'

/** The switches that all simulated processes share. */
export interface SimulatedSwitches {
  switchesFor(step: Step): Switches
  /** Pauses or resumes a domain or a project. */
  set(scope: string, paused: boolean): void
  /** Sets the fields of the item with this sort key. Undefined deletes it. */
  plant(sk: string, fields: object | undefined): void
}

/** How starters read malformed switches. */
export type SwitchReader = 'as the adapter does' | 'any key pauses all' | 'only true pauses'

interface Change {
  readonly atMs: number
  readonly sk: string
  readonly fields: object | undefined
}

const isTrue = (fields: object): boolean => 'paused' in fields && fields.paused === true

/** Returns whether the items that existed at a time pause a project. */
const isPaused = (changes: readonly Change[], projectId: string, atMs: number, reader: SwitchReader) => {
  const items = new Map(changes.flatMap((one) => (one.atMs <= atMs ? [[one.sk, one.fields] as const] : [])))
  const pauses = [...items].flatMap(([sk, fields]) =>
    fields === undefined || (reader === 'only true pauses' && !isTrue(fields))
      ? []
      : pauseIn({ ...fields, sk }),
  )
  return reader === 'any key pauses all'
    ? pauses.length > 0
    : pauseFor(new Map(pauses), projectId) !== undefined
}

/**
 * Creates switches that starters see as they were `lagMs` ago, when an execution environment may have read them. Before it
 * acts on a pause, it reads them again. There is one domain.
 */
export const simulatedSwitches = (options: {
  readonly time: VirtualTime
  readonly lagMs: () => number
  readonly reader?: SwitchReader
}): SimulatedSwitches => {
  const { time, lagMs, reader = 'as the adapter does' } = options
  const changes: Change[] = []
  const plant = (sk: string, fields: object | undefined) =>
    void changes.push({ atMs: time.now(), sk, fields })
  return {
    switchesFor: (step) => ({
      pauseOf: (_domainId, projectId) =>
        step({
          name: 'switches.pauseOf',
          resends: true,
          unreachable: (cause): never => {
            throw new PortUnavailable('table', cause)
          },
          effect: () => {
            const nowMs = time.now()
            const isPausedAt = (atMs: number) => isPaused(changes, projectId, atMs, reader)
            return isPausedAt(nowMs - lagMs()) && isPausedAt(nowMs) ? { reason: 'simulated' } : undefined
          },
        }),
    }),
    plant,
    set: (scope, paused) => plant(scope.startsWith('dzd') ? 'DOMAIN' : `PROJECT#${scope}`, { paused }),
  }
}
