import type { ReportUnreadableFields } from '../lib/ports/datazone.ts'
import type { ReportRefusedEvents } from '../lib/ports/event-bus.ts'
import type { ReportMalformedItem } from '../lib/ports/malformed-items.ts'
import type { Unrecognized } from '../lib/run/unrecognized.ts'

/** Where handlers write logs and metrics: Powertools in Lambda, a recorder in tests and in the simulation. */
export interface Telemetry {
  info(message: string, fields: Record<string, unknown>): void
  warn(message: string, fields: Record<string, unknown>): void
  error(message: string, fields: Record<string, unknown>): void
  count(metric: string, value: number): void
}

/** Returns the metric of a park reason or an ending, for example `run-timed-out` for TIMED_OUT. */
export const metricName = (prefix: 'parked' | 'run', word: string): string =>
  `${prefix}-${word.toLowerCase().replaceAll('_', '-')}`

type Warnings = Pick<Telemetry, 'warn' | 'count'>

/** Returns `warn` for lines that each execution environment logs once, however often they occur. */
const warnOnce = (telemetry: Warnings): Telemetry['warn'] => {
  const logged = new Set<string>()
  return (message, fields) => {
    const line = JSON.stringify(fields)
    if (!logged.has(line)) telemetry.warn(message, fields)
    logged.add(line)
  }
}

/** Returns a reporter that counts every report of a malformed item and logs each problem of an item once. */
export const malformedItemReporter = (telemetry: Warnings): ReportMalformedItem => {
  const warn = warnOnce(telemetry)
  return (keys, problem) => {
    telemetry.count('malformed-item', 1)
    warn('Malformed item in the table', { ...keys, problem })
  }
}

/** Returns a reporter that counts every unreadable field of DataZone's answers and logs each path once. */
export const unreadableFieldReporter = (telemetry: Warnings): ReportUnreadableFields => {
  const warn = warnOnce(telemetry)
  return (operation, fields) => {
    telemetry.count('unreadable-field', fields.length)
    for (const field of new Set(fields)) warn('Unreadable field in a DataZone answer', { operation, field })
  }
}

/** Returns a reporter that logs and counts the events that the bus refused, with the name of the error. */
export const refusedEventReporter =
  (telemetry: Warnings): ReportRefusedEvents =>
  (error, events) => {
    telemetry.count('event-refused', events)
    telemetry.warn('EventBridge refused events', { error, events })
  }

/** Returns a reporter that counts every read of a policy version that cannot be used, and logs each version once. */
export const unreadablePolicyReporter = (
  telemetry: Pick<Telemetry, 'error' | 'count'>,
): ((version: number, problems: readonly string[]) => void) => {
  const logged = new Set<number>()
  return (version, problems) => {
    telemetry.count('policy-unreadable', 1)
    if (!logged.has(version)) telemetry.error('Policy version cannot be read', { version, problems })
    logged.add(version)
  }
}

/** Returns a reporter that logs and counts each failed AssumeRole of the catalog role, with the name of the error. */
export const failedCatalogRoleReporter =
  (telemetry: Pick<Telemetry, 'warn' | 'error' | 'count'>) =>
  (error: string, isDenied: boolean): void => {
    if (isDenied) {
      telemetry.count('catalog-role-denied', 1)
      telemetry.error('Not allowed to assume the catalog role', { error })
    } else {
      telemetry.count('catalog-role-unavailable', 1)
      telemetry.warn('Failed to assume the catalog role', { error })
    }
  }

/** P8: logs and counts each status or type that this version does not know, with the id of its run. */
export const reportUnrecognized = (unrecognized: readonly Unrecognized[], telemetry: Telemetry): void => {
  for (const { runId, what } of unrecognized) {
    telemetry.count('unrecognized', 1)
    telemetry.warn('Unrecognized DataZone status or type', { runId, what })
  }
}
