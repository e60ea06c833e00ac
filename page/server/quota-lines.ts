import type { CapUsage } from '../../lib/ports/cap-usage.ts'
import { type Cap, incrementsFor } from '../../lib/run/caps.ts'
import type { Run } from '../../lib/run/run.ts'
import { quotaOf } from '../../lib/usecases/inspect/quota.ts'
import type { QuotaLine } from '../shared/protocol.ts'

const waitsForRoom = (run: Run): boolean =>
  run.state === 'PARKED' && (run.reason === 'CAP_FULL' || run.reason === 'QUOTA_EXCEEDED')

/** What is used of each cap, reserved for live requests, and waits for room. */
export const quotaLines = async (
  caps: readonly Cap[],
  usage: CapUsage,
  open: readonly Run[],
  nowMs: number,
): Promise<readonly QuotaLine[]> => {
  const waiting = open.filter(waitsForRoom)
  return (await quotaOf(caps, usage, nowMs)).map(
    ({ cap: name, period, limit, used, reserved, turnsAtMs }) => {
      const cap = caps.find((one) => one.name === name)
      const count = waiting.filter(
        (run) => cap !== undefined && incrementsFor(run, [cap], nowMs).length > 0,
      ).length
      const when = period.startsWith('DAY#') ? 'today' : 'this month'
      return { name: `${name} ${when}`, used, limit, reserved, waiting: count, turnsAtMs }
    },
  )
}
