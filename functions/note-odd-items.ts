import type { TellOddItem } from '../lib/ports/odd-items.ts'
import type { Telemetry } from './request-handler.ts'

/** A line for each item that people wrote and nobody can use; told once, though it is read all the time. */
export const noteOddItems = (telemetry: Pick<Telemetry, 'warn'>): TellOddItem => {
  const told = new Set<string>()
  return (keys, problem) => {
    const line = JSON.stringify([keys, problem])
    if (told.has(line)) return
    told.add(line)
    telemetry.warn('an item of the table cannot be used', { ...keys, problem })
  }
}
