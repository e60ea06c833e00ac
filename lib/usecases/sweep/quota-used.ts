import type { CapUsage } from '../../ports/cap-usage.ts'
import { type Cap, countersOf } from '../../run/caps.ts'

/**
 * Returns how much of its limit the fullest monthly cap has used, in percent; undefined where no cap is monthly. A cap of a
 * day is left out: it is full on many days, and on purpose.
 * @throws PortUnavailable when the table does not answer
 */
export const quotaUsedPercent = async (
  caps: readonly Cap[],
  usage: CapUsage,
  nowMs: number,
): Promise<number | undefined> => {
  const monthly = caps.flatMap(({ perDay: _, ...cap }) => countersOf(cap, nowMs))
  if (monthly.length === 0) return undefined
  const used = await usage.used(monthly.map(({ counter }) => counter))
  return Math.max(...monthly.map(({ limit }, index) => (100 * (used[index] ?? 0)) / limit))
}
