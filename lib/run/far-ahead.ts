import type { Run, StartSent } from './run.ts'
import { workAtMs } from './sweep-plan.ts'

/**
 * Records whose time to be looked at lies further ahead than this system ever sets it, written by hand or by a clock that
 * runs ahead. No sweep would reach them (P9), so they count as due now.
 *
 * 1. A lease, a Start and an ending are at most a function's time-out ahead; an hour allows for clocks that differ.
 * 2. A parked record waits for a month to turn at most; 40 days allow for the longest month and a retry's delay.
 * 3. `createdAtMs` is never changed: every write is conditional on it.
 */
const hourMs = 3_600_000
export const farAheadMs = { work: hourMs, waiting: 40 * 24 * hourMs } as const

export const isFarAhead = (run: Run, nowMs: number): boolean => {
  const aheadMs = run.state === 'PARKED' ? farAheadMs.waiting : farAheadMs.work
  return (workAtMs(run) ?? 0) > nowMs + aheadMs
}

/** Returns a record that is far ahead with its times at or before `nowMs`. */
export const broughtToNow = <R extends Run>(run: R, nowMs: number): R => {
  const by = (atMs: number) => Math.min(atMs, nowMs)
  const sentBy = ({ firstAtMs, lastAtMs }: StartSent) => ({
    firstAtMs: by(firstAtMs),
    lastAtMs: by(lastAtMs),
  })
  const times = {
    ...('leaseEndsAtMs' in run ? { leaseEndsAtMs: by(run.leaseEndsAtMs) } : {}),
    ...('startSent' in run ? { startSent: sentBy(run.startSent) } : {}),
    ...('retryAtMs' in run ? { retryAtMs: by(run.retryAtMs) } : {}),
    ...('detectedAtMs' in run ? { detectedAtMs: by(run.detectedAtMs) } : {}),
    ...('startedAtMs' in run && run.startedAtMs !== undefined ? { startedAtMs: by(run.startedAtMs) } : {}),
    ...('earlierStart' in run && run.earlierStart !== undefined
      ? { earlierStart: sentBy(run.earlierStart) }
      : {}),
    ...('heldSinceMs' in run && run.heldSinceMs !== undefined ? { heldSinceMs: by(run.heldSinceMs) } : {}),
    ...('notFoundSinceMs' in run && run.notFoundSinceMs !== undefined
      ? { notFoundSinceMs: by(run.notFoundSinceMs) }
      : {}),
    ...('unansweredSinceMs' in run && run.unansweredSinceMs !== undefined
      ? { unansweredSinceMs: by(run.unansweredSinceMs) }
      : {}),
  }
  return { ...run, ...times }
}
