import { breakerName } from '../../lib/run/breaker.ts'
import { dayOf } from '../../lib/run/day-counts.ts'
import { present } from '../../lib/run/present.ts'
import type { Run } from '../../lib/run/run.ts'
import type { BreakerLine, PauseLine, QueueLine, QuotaLine } from '../shared/protocol.ts'
import type { PageStack } from './page-stack.ts'
import { quotaLines } from './quota-lines.ts'

/** What operators look at besides the runs: stops, quotas, queues, the last sweep and the counts of the day. */
export interface OperatorState {
  readonly breakers: readonly BreakerLine[]
  readonly pauses: readonly PauseLine[]
  readonly queues: readonly QueueLine[]
  readonly quotas: readonly QuotaLine[]
  readonly endingsToday: Readonly<Record<string, number>>
  readonly lastSweepAtMs?: number
}

export const noOperatorState: OperatorState = {
  breakers: [],
  pauses: [],
  queues: [],
  quotas: [],
  endingsToday: {},
}

const pausesOf = async (domains: readonly string[], { pauses }: PageStack): Promise<readonly PauseLine[]> => {
  const listed = await Promise.all(domains.map((domainId) => pauses.pausesOf(domainId)))
  return listed.flat().map(({ domainId, projectId, reason, pausedBy }) => ({
    scope: projectId === undefined ? domainId : `${domainId}/${projectId}`,
    ...present({ reason, pausedBy }),
  }))
}

const endingsOf = async ({ counts }: PageStack, nowMs: number): Promise<Readonly<Record<string, number>>> => {
  const sums: Record<string, number> = {}
  for (const day of await counts.ofDay(dayOf(nowMs)))
    for (const [name, count] of Object.entries(day.counts))
      if (name !== 'STARTED') sums[name] = (sums[name] ?? 0) + count
  return sums
}

/**
 * Reads the operator state with one query each for the breakers, the pauses of a domain, the last sweep and the counts of
 * the day, and one read for each cap.
 * @throws PortUnavailable when the table does not answer
 */
export const readOperatorState = async (
  stack: PageStack,
  open: readonly Run[],
  domains: readonly string[],
): Promise<OperatorState> => {
  const nowMs = Date.now()
  const [breakers, pauses, queues, endingsToday, lastSweep] = await Promise.all([
    stack.breakers.openBreakers(),
    pausesOf(domains, stack),
    stack.queueDepths(),
    endingsOf(stack, nowMs),
    stack.sweeps.last(),
  ])
  // The last sweep says which caps were in force.
  const caps = lastSweep?.caps ?? (await stack.policy()).caps
  return {
    breakers: breakers.map(({ cause, openedAtMs, nextProbeAtMs }) => ({
      name: breakerName(cause),
      openedAtMs,
      nextProbeAtMs,
    })),
    pauses,
    queues,
    endingsToday,
    quotas: await quotaLines(caps, stack.capUsage, open, nowMs),
    ...(lastSweep === undefined ? {} : { lastSweepAtMs: lastSweep.startedAtMs }),
  }
}
