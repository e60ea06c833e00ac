import { createHash } from 'node:crypto'
import type { InFlightRun } from './run.ts'

const placeOf = (run: InFlightRun, sweepNumber: number): string =>
  createHash('sha256').update(`${sweepNumber} ${run.runId}`).digest('hex')

/**
 * The runs in an order that is another one in each sweep, so that none stands behind those that come to nothing every
 * time, and no cursor needs to be stored.
 */
export const inTurns = (
  runs: readonly InFlightRun[],
  nowMs: number,
  periodMs: number,
): readonly InFlightRun[] => {
  const sweepNumber = Math.floor(nowMs / periodMs)
  return runs
    .map((run) => ({ run, place: placeOf(run, sweepNumber) }))
    .toSorted((left, right) => (left.place < right.place ? -1 : 1))
    .map(({ run }) => run)
}
