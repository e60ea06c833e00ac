import type { InFlightRun } from './run.ts'

/** Moves the starting point by this share of the list each sweep; successive starting points spread evenly. */
const goldenRatio = (Math.sqrt(5) - 1) / 2

/**
 * Returns the runs rotated to a different starting point in each sweep, so that runs whose Get fails every time cannot
 * keep those behind them from their turn, and no cursor needs to be stored.
 */
export const inTurns = (
  runs: readonly InFlightRun[],
  nowMs: number,
  periodMs: number,
): readonly InFlightRun[] => {
  const sweepNumber = Math.floor(nowMs / periodMs)
  const first = Math.floor(((sweepNumber * goldenRatio) % 1) * runs.length)
  return [...runs.slice(first), ...runs.slice(0, first)]
}
