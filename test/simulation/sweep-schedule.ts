import type { VirtualTime } from './ports/clock.ts'

/** Lets a schedule leave out sweeps that only repeat the one before. */
export interface Quiet {
  /** Returns the first time after `sinceMs` at which a sweep may do something that no earlier sweep did. */
  readonly nextChangeMs: (sinceMs: number) => number
}

/** The longest time without a sweep, in case `nextChangeMs` missed a change. */
const longestMs = 2 * 3_600_000

/** A schedule of sweeps. */
export interface SweepSchedule {
  /** Call after a write to the table: the next period then checks whether a sweep has work. */
  wake(): void
}

/**
 * Ticks each `periodMs` from `firstMs` on. Where `quiet` is given and `isCalm`, a tick sweeps only if something changed
 * since the sweep before the last, and ticks with nothing to look at are left out. The remaining ones stay in step with
 * the period.
 */
export const startSchedule = (options: {
  readonly time: VirtualTime
  readonly firstMs: number
  readonly periodMs: number
  readonly isCalm: () => boolean
  readonly quiet?: Quiet | undefined
  readonly sweep: () => void
}): SweepSchedule => {
  const { time, firstMs, periodMs, isCalm, quiet, sweep } = options
  let sweptMs = Number.NEGATIVE_INFINITY
  let nextTickMs = firstMs

  const tickFrom = (atMs: number): number => firstMs + Math.ceil((atMs - firstMs) / periodMs) * periodMs

  const schedule = (atMs: number) => {
    nextTickMs = atMs
    time.at(atMs, () => {
      if (nextTickMs === atMs) tick(atMs)
    })
  }

  const tick = (atMs: number) => {
    // The first sweep after a run changes may be too early to read it; then the second one reads it.
    const dueMs =
      quiet === undefined || !isCalm()
        ? atMs
        : Math.min(sweptMs + longestMs, quiet.nextChangeMs(sweptMs - periodMs))
    if (dueMs <= atMs) {
      sweptMs = atMs
      sweep()
    }
    schedule(Math.max(atMs + periodMs, tickFrom(dueMs)))
  }
  schedule(firstMs)

  return {
    wake: () => {
      const atMs = Math.max(firstMs, tickFrom(time.now() + 1))
      if (atMs < nextTickMs) schedule(atMs)
    },
  }
}
