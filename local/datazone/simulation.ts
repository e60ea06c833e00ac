import { outcomeOf } from './calls/answer.ts'
import { type CallLog, type Calls, createCallLog } from './calls/call-log.ts'
import type { ArmedFault } from './calls/fault-schema.ts'
import { createLateEffects, type LateEffects } from './calls/late-effects.ts'
import { createRateQuotas, type RateQuotas } from './calls/rate-quotas.ts'
import type { Settings } from './input/settings.ts'
import { isOperation, operations, type ServiceCall } from './operations/operations.ts'
import type { Seed } from './world/random.ts'
import { createWorld, type World } from './world/world.ts'

/** Everything that a simulated DataZone remembers. A reset or a saved state replaces it as a whole. */
export type Simulation = {
  readonly world: World
  readonly late: LateEffects<ServiceCall>
  readonly quotas: RateQuotas
  readonly log: CallLog
  faults: ArmedFault[]
}

/**
 * Creates a simulation without a catalogue, runs or faults, on this clock. `calls` are calls that were counted before.
 */
export const createSimulation = (
  seed: Seed,
  settings: Settings,
  clock: () => number,
  calls?: Calls,
): Simulation => {
  const late = createLateEffects<ServiceCall>(clock, (call) => {
    const { operation } = call
    if (isOperation(operation)) outcomeOf(() => operations[operation](world, call).effect())
  })
  const world = createWorld(seed, settings, late.nowMs)
  return { world, late, quotas: createRateQuotas(settings), log: createCallLog(calls), faults: [] }
}
