import type { InFlightRun } from './run.ts'
import { inTurns } from './turns.ts'

/** So many cancels a sweep and domain: with four at a time a few seconds, whatever DataZone answers. */
export const cancelsPerSweep = 40

/** Which of the owed cancels a sweep asks for, and in what order. */
export const planCancels = (
  owed: readonly InFlightRun[],
  nowMs: number,
  periodMs: number,
): readonly InFlightRun[] => inTurns(owed, nowMs, periodMs).slice(0, cancelsPerSweep)
