import type { Pause } from '../../ports/switches.ts'
import type { RunError } from '../../run/run.ts'

/** The error of a request that an operator's pause holds back: who paused, and why. */
export const pauseError = ({ pausedBy, reason }: Pause): RunError => ({
  name: 'Paused',
  message: `paused by ${pausedBy ?? 'an operator'}: ${reason ?? 'no reason given'}`,
})
