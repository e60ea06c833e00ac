import type { CapUsage } from '../../ports/cap-usage.ts'
import { type Cap, countersOf } from '../../run/caps.ts'

/** What is left of a cap in its day or month. */
export interface QuotaLine {
  readonly cap: string
  readonly type: string
  readonly scope: string
  /** `DAY#2026-11-21` or `MONTH#2026-11`, in UTC. */
  readonly period: string
  readonly limit: number
  readonly used: number
  /** How much of the limit backfill leaves to live requests. */
  readonly reserved: number
  readonly left: number
  /** When the period turns, in ms since the epoch. */
  readonly turnsAtMs: number
}

const scopeOf = ({ domain, project }: Cap): string =>
  domain === undefined && project === undefined ? 'everything' : `${domain ?? '*'}/${project ?? '*'}`

/**
 * Returns what is left of each cap now: one read of half a unit for each day and month of a cap.
 * @throws PortUnavailable when the table does not answer
 */
export const quotaOf = async (
  caps: readonly Cap[],
  usage: CapUsage,
  nowMs: number,
): Promise<readonly QuotaLine[]> => {
  const lines = caps.flatMap((cap) => countersOf(cap, nowMs).map((of) => ({ cap, ...of })))
  const used = await usage.used(lines.map(({ counter }) => counter))
  return lines.map(({ cap, counter, limit, reserved, endsAtMs }, index) => ({
    cap: cap.name,
    type: cap.type ?? 'all types',
    scope: scopeOf(cap),
    period: counter.period,
    limit,
    used: used[index] ?? 0,
    reserved,
    left: Math.max(0, limit - (used[index] ?? 0)),
    turnsAtMs: endsAtMs,
  }))
}
