import type { Run } from './run.ts'

const dayMs = 24 * 3_600_000

/** The next midnight of UTC, when a data source's day begins anew. */
export const nextDayMs = (nowMs: number): number => (Math.floor(nowMs / dayMs) + 1) * dayMs

/**
 * Whether a data source has had its runs of this day of UTC. DataZone allows 25 (documented quota) and answers 402 to
 * the next; counting here saves that call. Runs that others start are seen only where the policy has them followed, so a
 * 402 is still met.
 * @param records every record of the data source
 */
export const isSourceDayFull = (records: readonly Run[], nowMs: number, runsPerDay: number): boolean => {
  const fromMs = nextDayMs(nowMs) - dayMs
  const started = records.filter(
    (run) => 'startedAtMs' in run && run.startedAtMs !== undefined && run.startedAtMs >= fromMs,
  )
  return started.length >= runsPerDay
}
