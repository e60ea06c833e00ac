import type { VirtualTime } from './ports/clock.ts'

/** What a schedule must know to leave out sweeps that only repeat the one before. */
export interface Quiet {
  /** Grows with every write to the table and every message that is sent. */
  readonly changes: () => number
  /** Until when, as of now, every sweep does what the one before it did. */
  readonly untilMs: () => number
}

/** After so many ticks without a change, the next ones are left out until something is to change. */
const idleTicks = 1
/** Something unforeseen is met all the same: the longest time without a sweep. */
const longestMs = 30 * 60_000

/**
 * Ticks each `periodMs` from `firstMs` on. Where `quiet` is given and `isCalm`, ticks that would only repeat the sweep
 * before are left out; those that come stay in step with the period.
 */
export const startSchedule = (options: {
  readonly time: VirtualTime
  readonly firstMs: number
  readonly periodMs: number
  readonly isCalm: () => boolean
  readonly quiet?: Quiet | undefined
  readonly sweep: () => void
}): void => {
  const { time, periodMs, isCalm, quiet, sweep } = options
  let seen = 0
  let idle = 0
  let untilMs = Number.NEGATIVE_INFINITY

  const nextTickMs = (atMs: number): number => {
    if (quiet === undefined || !isCalm()) return atMs + periodMs
    const changes = quiet.changes()
    const isSame = changes === seen
    idle = isSame && atMs < untilMs ? idle + 1 : 0
    seen = changes
    untilMs = isSame ? quiet.untilMs() : atMs
    if (idle < idleTicks) return atMs + periodMs
    const periods = Math.ceil((Math.min(untilMs, atMs + longestMs) - atMs) / periodMs)
    return atMs + Math.max(1, periods) * periodMs
  }

  const tick = (atMs: number) => {
    sweep()
    const nextMs = nextTickMs(atMs)
    time.at(nextMs, () => tick(nextMs))
  }
  time.at(options.firstMs, () => tick(options.firstMs))
}
