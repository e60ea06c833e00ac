import type { DeployedSettings, SweepHistory } from '../lib/ports/sweep-log.ts'
import { note, type OutputFlags } from './output.ts'

/** The settings of a new deployment. */
const newDeployment = {
  defaultTypes: ['BUSINESS_DESCRIPTIONS'],
  startRatePerSecond: 9.8,
} as const satisfies DeployedSettings

/**
 * Returns the settings to plan with: those of the flags, else those that the stack's last sweep recorded, else those of a
 * new deployment. Prints a note in the last case.
 * @param given the settings from flags
 */
export const deployedSettings = async (
  sweeps: SweepHistory,
  given: DeployedSettings,
  flags: OutputFlags = {},
): Promise<Required<DeployedSettings>> => {
  const { defaultTypes, startRatePerSecond } = (await sweeps.last()) ?? {}
  const settings = {
    defaultTypes: given.defaultTypes ?? defaultTypes,
    startRatePerSecond: given.startRatePerSecond ?? startRatePerSecond,
  }
  const isKnown = settings.defaultTypes !== undefined && settings.startRatePerSecond !== undefined
  if (!isKnown)
    note(
      'no sweep has recorded the settings of the stack yet; planning with those of a new deployment',
      flags,
    )
  return {
    defaultTypes: settings.defaultTypes ?? newDeployment.defaultTypes,
    startRatePerSecond: settings.startRatePerSecond ?? newDeployment.startRatePerSecond,
  }
}
