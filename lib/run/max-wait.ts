import type { Run } from './run.ts'

/** P9: when a request that has not started has waited as long as it may. */
export const maxWaitEndsAtMs = (run: Pick<Run, 'createdAtMs'>, maxWaitMs: number): number =>
  run.createdAtMs + maxWaitMs

/** P9: whether a request that has not started has waited longer than it may. */
export const hasWaitedTooLong = (run: Pick<Run, 'createdAtMs'>, nowMs: number, maxWaitMs: number): boolean =>
  nowMs > maxWaitEndsAtMs(run, maxWaitMs)
