import type { ReportMalformedItem } from '../lib/ports/malformed-items.ts'
import type { Telemetry } from './starter-handler.ts'

/** A line for each item that people wrote and nobody can use; told once, though it is read all the time. */
export const noteMalformedItems = (telemetry: Pick<Telemetry, 'warn'>): ReportMalformedItem => {
  const told = new Set<string>()
  return (keys, problem) => {
    const line = JSON.stringify([keys, problem])
    if (told.has(line)) return
    told.add(line)
    telemetry.warn('an item of the table cannot be used', { ...keys, problem })
  }
}
