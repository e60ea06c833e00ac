import type { ReportMalformedItem } from '../lib/ports/malformed-items.ts'
import type { Unrecognized } from '../lib/run/unrecognized.ts'

/** Where handlers write logs and metrics: Powertools in Lambda, a recorder in tests and in the simulation. */
export interface Telemetry {
  info(message: string, fields: Record<string, unknown>): void
  warn(message: string, fields: Record<string, unknown>): void
  error(message: string, fields: Record<string, unknown>): void
  count(metric: string, value: number): void
}

/** Returns the name of a metric per park reason or ending, for example `run-timed-out` for TIMED_OUT. */
export const metricName = (prefix: 'parked' | 'run', word: string): string =>
  `${prefix}-${word.toLowerCase().replaceAll('_', '-')}`

/** Returns a reporter that logs each problem of an item once per execution environment and counts every report. */
export const malformedItemReporter = (telemetry: Pick<Telemetry, 'warn' | 'count'>): ReportMalformedItem => {
  const logged = new Set<string>()
  return (keys, problem) => {
    telemetry.count('malformed-item', 1)
    const line = JSON.stringify([keys, problem])
    if (logged.has(line)) return
    logged.add(line)
    telemetry.warn('Malformed item in the table', { ...keys, problem })
  }
}

/** P8: logs and counts each status or type that this version does not know, with the id of its run. */
export const reportUnrecognized = (unrecognized: readonly Unrecognized[], telemetry: Telemetry): void => {
  for (const { runId, what } of unrecognized) {
    telemetry.count('unrecognized', 1)
    telemetry.warn('Unrecognized DataZone status or type', { runId, what })
  }
}
