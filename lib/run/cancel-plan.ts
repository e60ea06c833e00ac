import type { InFlightRun } from './run.ts'
import { inTurns } from './turns.ts'

/** Cancels of a domain in one sweep: a few seconds, four at a time, whatever DataZone answers. */
export const cancelsPerSweep = 40

/** The owed cancels that a sweep sends, in order. */
export const planCancels = (
  owed: readonly InFlightRun[],
  nowMs: number,
  periodMs: number,
): readonly InFlightRun[] => inTurns(owed, nowMs, periodMs).slice(0, cancelsPerSweep)
