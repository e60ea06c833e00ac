import { createHash } from 'node:crypto'
import type { InFlightRun } from './run.ts'

/** So many cancels a sweep and domain: with four at a time a few seconds, whatever DataZone answers. */
export const cancelsPerSweep = 40

const placeOf = (run: InFlightRun, sweepNumber: number): string =>
  createHash('sha256').update(`${sweepNumber} ${run.runId}`).digest('hex')

/**
 * Which of the owed cancels a sweep asks for, and in what order: another one in each sweep, so that none stands behind
 * one that fails every time, and no cursor needs to be stored.
 */
export const planCancels = (
  owed: readonly InFlightRun[],
  nowMs: number,
  periodMs: number,
): readonly InFlightRun[] => {
  const sweepNumber = Math.floor(nowMs / periodMs)
  return owed
    .map((run) => ({ run, place: placeOf(run, sweepNumber) }))
    .toSorted((left, right) => (left.place < right.place ? -1 : 1))
    .slice(0, cancelsPerSweep)
    .map(({ run }) => run)
}
