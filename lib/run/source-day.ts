import type { Run } from './run.ts'

const dayMs = 24 * 3_600_000

/** The next midnight UTC, when a data source's daily quota resets. */
export const nextDayMs = (nowMs: number): number => (Math.floor(nowMs / dayMs) + 1) * dayMs

/**
 * Whether a data source has used up its runs of this UTC day. DataZone allows 25 (documented quota) and answers 402 to
 * the next one; counting here saves that call. Foreign runs count only where the policy follows them, so DataZone may
 * still answer 402.
 * @param records every record of the data source
 */
export const isSourceDayFull = (records: readonly Run[], nowMs: number, runsPerDay: number): boolean => {
  const fromMs = nextDayMs(nowMs) - dayMs
  const started = records.filter(
    (run) => 'startedAtMs' in run && run.startedAtMs !== undefined && run.startedAtMs >= fromMs,
  )
  return started.length >= runsPerDay
}
