import { type Answer, failure, type Outcome, outcomeOf } from './calls/answer.ts'
import { shapeAnswer } from './calls/answer-shape.ts'
import { applyFaults, type FaultEffect, noEffect } from './calls/faults.ts'
import type { Control } from './control/control.ts'
import { createControl } from './control/create-control.ts'
import { parseInput } from './input/parse-input.ts'
import { type SettingsInput, settingsSchema } from './input/settings.ts'
import { type OperationName, type Output, operations, type ServiceCall } from './operations/operations.ts'
import { createSimulation, type Simulation } from './simulation.ts'
import type { Seed } from './world/random.ts'

/** A simulated DataZone account: the operations that it serves, and a control for tests. */
export type DataZone = {
  /** Answers one call. It checks the input against the service model, and returns errors of the service as answers. */
  call: <Name extends OperationName>(
    operation: Name,
    input: unknown,
    /** The access key that signed the call, which decides the user. */
    accessKeyId?: string,
  ) => Answer<Output<Name>>
  control: Control
}

/** The seed decides ids, plans and faults; `now` is the clock, in epoch milliseconds, and must not go back. */
export type DataZoneOptions = SettingsInput & { seed: Seed; now: () => number }

const runIdOf = (outcome: Outcome<object>): string | undefined =>
  outcome.outcome === 'ok' && 'id' in outcome.output ? String(outcome.output.id) : undefined

/** Returns the outcome for the call log: the kind of transport fault, 'lost', 'ok' or the name of the error. */
const loggedAs = (shown: Outcome<unknown>, { transport, lost }: FaultEffect): string => {
  if (transport !== undefined) return transport.kind
  if (lost) return 'lost'
  return shown.outcome === 'ok' ? 'ok' : shown.error.name
}

const shownOf = <Out>(effect: Outcome<Out>, hit: FaultEffect, { world }: Simulation): Outcome<Out> => {
  if (hit.errorAfter !== undefined) return { outcome: 'error', error: hit.errorAfter }
  if (effect.outcome === 'error') return effect
  return { outcome: 'ok', output: shapeAnswer(effect.output, world.settings) }
}

/**
 * Answers a call, in this order: late effects of earlier calls, the rate, the constraints of the model, faults, the
 * effect.
 */
const answer = <Name extends OperationName>(
  simulation: Simulation,
  operation: Name,
  call: ServiceCall,
  now: () => number,
): Answer<Output<Name>> => {
  const { world, late, quotas, log, faults } = simulation
  late.applyDue()
  const atMs = now()
  const overQuota = !quotas.take(operation, atMs)
  const prepared = overQuota
    ? failure('ThrottlingException', 'Rate exceeded')
    : outcomeOf(() => operations[operation](world, call))
  const hit =
    prepared.outcome === 'ok'
      ? applyFaults(world.seed, faults, { operation, targetId: prepared.output.targetId, atMs })
      : noEffect
  const effectOf = (): Outcome<Output<Name>> => {
    if (prepared.outcome === 'error') return prepared
    if (hit.lateByMs !== undefined) late.add(now() + hit.lateByMs, call)
    return hit.errorBefore === undefined
      ? outcomeOf(prepared.output.effect)
      : { outcome: 'error', error: hit.errorBefore }
  }
  const effect = effectOf()
  const shown = shownOf(effect, hit, simulation)
  const outcome = loggedAs(shown, hit)
  log.count(operation, outcome)
  if (operation === 'StartMetadataGenerationRun')
    log.start({ atMs, outcome, overQuota, runId: runIdOf(effect) })
  const { lost, delayMs, transport, unreadable } = hit
  return { ...shown, lost, delayMs, transport, unreadable }
}

/**
 * Creates a DataZone without I/O and timers: each call computes from `now` what has happened by then, so a server on a
 * socket and a simulation in virtual time share it. Equal seeds and equal calls give equal answers. Throws ControlError
 * for a setting that is out of range.
 */
export const createDataZone = ({ seed, now, ...given }: DataZoneOptions): DataZone => {
  const settings = parseInput('a setting of the DataZone simulator', settingsSchema, given)
  let advancedMs = 0
  const clock = (): number => now() + advancedMs
  let simulation = createSimulation(seed, settings, clock)
  return {
    call: (operation, input, accessKeyId) =>
      answer(simulation, operation, { operation, input, accessKeyId }, clock),
    control: createControl({
      simulation: () => simulation,
      replace: (next) => {
        simulation = next
      },
      created: () => createSimulation(seed, settings, clock),
      clock,
      setClock: (atMs) => {
        advancedMs = atMs - now()
      },
    }),
  }
}
