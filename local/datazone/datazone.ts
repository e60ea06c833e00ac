import { type Answer, failure, type Outcome, outcomeOf } from './calls/answer.ts'
import { shapeAnswer } from './calls/answer-shape.ts'
import { createCallLog } from './calls/call-log.ts'
import type { ArmedFault } from './calls/fault-schema.ts'
import { applyFaults, type FaultEffect, noEffect } from './calls/faults.ts'
import { createLateEffects } from './calls/late-effects.ts'
import { createRateQuotas } from './calls/rate-quotas.ts'
import { type Control, createControl } from './control/control.ts'
import { parseInput } from './input/parse-input.ts'
import { type SettingsInput, settingsSchema } from './input/settings.ts'
import { type OperationName, type Output, operations } from './operations/operations.ts'
import type { Seed } from './world/random.ts'
import { createWorld } from './world/world.ts'

/** A simulated DataZone account: the served operations, and the control that a test has over it. */
export type DataZone = {
  /** Answers one call. The input is checked against the service model; errors of the service are answers. */
  call: <Name extends OperationName>(
    operation: Name,
    input: unknown,
    /** The access key that signed the call: it decides the user. */
    accessKeyId?: string,
  ) => Answer<Output<Name>>
  control: Control
}

/** The seed decides ids, plans and faults; `now` is the clock, in epoch milliseconds, and must not go back. */
export type DataZoneOptions = SettingsInput & { seed: Seed; now: () => number }

const runIdOf = (outcome: Outcome<object>): string | undefined =>
  outcome.outcome === 'ok' && 'id' in outcome.output ? String(outcome.output.id) : undefined

/** What the call log says of a call: the transport fault or 'lost', else 'ok' or the name of the error. */
const loggedAs = (shown: Outcome<unknown>, { transport, lost }: FaultEffect): string => {
  if (transport !== undefined) return transport.kind
  if (lost) return 'lost'
  return shown.outcome === 'ok' ? 'ok' : shown.error.name
}

/**
 * A DataZone with neither I/O nor timers: all that happens in time is computed from `now` when it is asked for,
 * so a server on a socket and a simulation in virtual time share it. Equal seeds and equal calls give equal
 * answers. Throws ControlError for a setting that is out of range.
 *
 * A call passes in this order: late effects of calls before it, the rate of its operation, the model's
 * constraints, faults, its effect.
 */
export const createDataZone = ({ seed, now, ...given }: DataZoneOptions): DataZone => {
  const settings = parseInput('a setting of the DataZone simulator', settingsSchema, given)
  const late = createLateEffects(now)
  const world = createWorld(seed, settings, late.nowMs)
  const log = createCallLog()
  const quotas = createRateQuotas(settings)
  let faults: ArmedFault[] = []

  const effectOf = <Out>(prepared: Outcome<{ effect: () => Out }>, hit: FaultEffect): Outcome<Out> => {
    if (prepared.outcome === 'error') return prepared
    const { effect } = prepared.output
    const { lateByMs, errorBefore } = hit
    if (lateByMs !== undefined) late.add(now() + lateByMs, () => outcomeOf(effect))
    return errorBefore === undefined ? outcomeOf(effect) : { outcome: 'error', error: errorBefore }
  }
  const shownOf = <Out>(effect: Outcome<Out>, hit: FaultEffect): Outcome<Out> => {
    if (hit.errorAfter !== undefined) return { outcome: 'error', error: hit.errorAfter }
    if (effect.outcome === 'error') return effect
    return { outcome: 'ok', output: shapeAnswer(effect.output, world.settings) }
  }
  const call = <Name extends OperationName>(
    operation: Name,
    input: unknown,
    accessKeyId?: string,
  ): Answer<Output<Name>> => {
    late.applyDue()
    const atMs = now()
    const overQuota = !quotas.take(operation, atMs)
    const prepared = overQuota
      ? failure('ThrottlingException', 'Rate exceeded')
      : outcomeOf(() => operations[operation](world, { operation, input, accessKeyId }))
    const hit =
      prepared.outcome === 'ok'
        ? applyFaults(seed, faults, { operation, targetId: prepared.output.targetId, atMs })
        : noEffect
    const effect = effectOf(prepared, hit)
    const shown = shownOf(effect, hit)
    const outcome = loggedAs(shown, hit)
    log.count(operation, outcome)
    if (operation === 'StartMetadataGenerationRun')
      log.start({ atMs, outcome, overQuota, runId: runIdOf(effect) })
    const { lost, delayMs, transport, unreadable } = hit
    return { ...shown, lost, delayMs, transport, unreadable }
  }
  const armed = (): readonly ArmedFault[] => faults
  const arm = (given: ArmedFault[]): void => {
    faults = given
  }
  return { call, control: createControl({ world, log, late, quotas, armed, arm }) }
}
