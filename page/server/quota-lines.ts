import type { CapUsage } from '../../lib/ports/cap-usage.ts'
import type { Cap } from '../../lib/run/caps.ts'
import { incrementsFor } from '../../lib/run/caps.ts'
import type { Run } from '../../lib/run/run.ts'
import type { QuotaLine } from '../shared/protocol.ts'

const dayEndsAtMs = (now: Date): number =>
  Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1)
const monthEndsAtMs = (now: Date): number => Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1)

type Draft = Omit<QuotaLine, 'used' | 'waiting'> & {
  readonly counter: { readonly cap: string; readonly period: string }
}

/** The counters of a cap: one for each period that it limits. */
const draftsOf = (cap: Cap, now: Date): readonly Draft[] => {
  const reserved = cap.reserveForLive ?? 0
  const day = now.toISOString().slice(0, 10)
  const month = day.slice(0, 7)
  return [
    ...(cap.perMonth === undefined
      ? []
      : [
          {
            name: `${cap.name} this month`,
            limit: cap.perMonth,
            reserved,
            turnsAtMs: monthEndsAtMs(now),
            counter: { cap: cap.name, period: `MONTH#${month}` },
          },
        ]),
    ...(cap.perDay === undefined
      ? []
      : [
          {
            name: `${cap.name} today`,
            limit: cap.perDay,
            reserved: cap.perMonth === undefined ? reserved : 0,
            turnsAtMs: dayEndsAtMs(now),
            counter: { cap: cap.name, period: `DAY#${day}` },
          },
        ]),
  ]
}

const waitsForRoom = (run: Run): boolean =>
  run.state === 'PARKED' && (run.reason === 'CAP_FULL' || run.reason === 'QUOTA_EXCEEDED')

/** What is used of each cap, reserved for live requests, and waits for room. One read of a unit for each counter. */
export const quotaLines = async (
  caps: readonly Cap[],
  usage: CapUsage,
  open: readonly Run[],
  nowMs: number,
): Promise<readonly QuotaLine[]> => {
  const drafts = caps.flatMap((cap) => draftsOf(cap, new Date(nowMs)).map((draft) => ({ cap, draft })))
  if (drafts.length === 0) return []
  const used = await usage.used(drafts.map(({ draft }) => draft.counter))
  const waiting = open.filter(waitsForRoom)
  return drafts.map(({ cap, draft }, at) => {
    const { counter: _counter, ...line } = draft
    const count = waiting.filter((run) => incrementsFor(run, [cap], nowMs).length > 0).length
    return { ...line, used: used[at] ?? 0, waiting: count }
  })
}
