import { type Answer, attempt, failure, type Outcome } from './answer.ts'
import { createCallLog } from './call-log.ts'
import { checked } from './checked.ts'
import { type Control, createControl } from './control.ts'
import { type ArmedFault, type Strike, strike } from './faults.ts'
import { type OperationName, type Output, operations } from './operations.ts'
import type { Seed } from './random.ts'
import { type SettingsInput, settingsSchema } from './settings.ts'
import { createStartQuota } from './start-quota.ts'
import { createWorld } from './world.ts'

/** A simulated DataZone account: the served operations, and the control that a test has over it. */
export type DataZone = {
  /** Answers one call. The input is checked against the service model; errors of the service are answers. */
  call: <Name extends OperationName>(operation: Name, input: unknown) => Answer<Output<Name>>
  control: Control
}

/** The seed decides ids, plans and faults; `now` is the clock, in epoch milliseconds, and must not go back. */
export type DataZoneOptions = SettingsInput & { seed: Seed; now: () => number }

const calm: Strike = { delayMs: 0, lost: false, errorBefore: undefined, errorAfter: undefined }

const injected = 'A fault of the simulator answered this'

const runIdOf = (outcome: Outcome<object>): string | undefined =>
  outcome.outcome === 'ok' && 'id' in outcome.output ? String(outcome.output.id) : undefined

const effectOf = <Out>(prepared: Outcome<{ effect: () => Out }>, hit: Strike): Outcome<Out> => {
  if (prepared.outcome === 'error') return prepared
  return hit.errorBefore === undefined ? attempt(prepared.output.effect) : failure(hit.errorBefore, injected)
}

/**
 * A DataZone with neither I/O nor timers: all that happens in time is computed from `now` when it is asked for,
 * so a server on a socket and a simulation in virtual time share it. Equal seeds and equal calls give equal
 * answers. Throws ControlError for a setting that is out of range.
 *
 * A call passes in this order: the quota of Starts, the model's constraints, faults, its effect.
 */
export const createDataZone = ({ seed, now, ...given }: DataZoneOptions): DataZone => {
  const settings = checked('a setting of the DataZone simulator', settingsSchema, given)
  const world = createWorld(seed, settings, now)
  const log = createCallLog()
  const quota = createStartQuota(settings.startBucket, settings.startRatePerSecond)
  let faults: ArmedFault[] = []

  const call = <Name extends OperationName>(operation: Name, input: unknown): Answer<Output<Name>> => {
    const atMs = now()
    const isStart = operation === 'StartMetadataGenerationRun'
    const overQuota = isStart && !quota.take(atMs)
    const prepared = overQuota
      ? failure('ThrottlingException', 'Rate exceeded')
      : attempt(() => operations[operation](world, input))
    const hit =
      prepared.outcome === 'ok'
        ? strike(seed, faults, { operation, assetId: prepared.output.assetId, atMs })
        : calm
    const effect = effectOf(prepared, hit)
    const shown = hit.errorAfter === undefined ? effect : failure(hit.errorAfter, injected)
    const outcome = hit.lost ? 'lost' : shown.outcome === 'ok' ? 'ok' : shown.error.name
    log.count(operation, outcome)
    if (isStart) log.start({ atMs, outcome, overQuota, runId: runIdOf(effect) })
    return { ...shown, lost: hit.lost, delayMs: hit.delayMs }
  }
  const arm = (armed: ArmedFault[]): void => {
    faults = armed
  }
  return { call, control: createControl(world, log, arm) }
}
