import type { Breakers } from '../../ports/breakers.ts'
import type { RunCounts } from '../../ports/run-counts.ts'
import type { RunStore } from '../../ports/run-store.ts'
import type { LastSweep, SweepHistory } from '../../ports/sweep-log.ts'
import type { ListedPause, PauseList } from '../../ports/switches.ts'
import type { Breaker } from '../../run/breaker.ts'
import { type CountedAs, type DayCounts, dayOf } from '../../run/day-counts.ts'
import { present } from '../../run/present.ts'
import type { Run } from '../../run/run.ts'
import { anyTimeMs } from './any-time.ts'

export interface OverviewPorts {
  readonly store: RunStore
  readonly breakers: Breakers
  readonly counts: RunCounts
  readonly sweeps: SweepHistory
  readonly pauses: PauseList
}

/** Parked requests of one reason. */
interface ParkedReason {
  readonly reason: string
  readonly count: number
  /** When the next of them is due, in ms since the epoch; those that are due already do not count. */
  readonly nextAtMs?: number
}

/** What the stack is doing, in one screen. */
export interface Overview {
  readonly inFlight: number
  readonly claimed: number
  /** Ended and not yet announced. */
  readonly unannounced: number
  readonly parked: readonly ParkedReason[]
  /** When the parked requests were counted: by the last sweep, or now. */
  readonly parkedAtMs: number
  /** Endings of the UTC day, and the Starts of the runs that have ended or are in flight. */
  readonly today: Readonly<Partial<Record<CountedAs, number>>>
  readonly byProject: readonly DayCounts[]
  readonly breakers: readonly Breaker[]
  readonly pauses: readonly ListedPause[]
  readonly lastSweep?: LastSweep
  /** Records that this version cannot read. */
  readonly unreadable: number
}

/** What owes something and is not parked: as many records as are in flight. */
const readWork = async (store: RunStore) => {
  const runs: Run[] = []
  let unreadable = 0
  for await (const page of store.due(anyTimeMs)) {
    runs.push(...page.runs)
    unreadable += page.unreadable.length
  }
  return { runs, unreadable }
}

/** Counts the parked records themselves, at 0.25 read units each. */
const countParked = async (store: RunStore, nowMs: number) => {
  const found = new Map<string, ParkedReason>()
  let unreadable = 0
  const count = (reason: string, atMs: number) => {
    const known = found.get(reason) ?? { reason, count: 0 }
    const nextAtMs = atMs > nowMs ? Math.min(known.nextAtMs ?? atMs, atMs) : known.nextAtMs
    found.set(reason, { ...known, count: known.count + 1, ...present({ nextAtMs }) })
  }
  for await (const page of store.waiting(nowMs)) {
    unreadable += page.unreadable.length
    for (const run of page.runs) if (run.state === 'PARKED') count(run.reason, run.retryAtMs)
  }
  for await (const page of store.parkedAfter(nowMs)) for (const { reason, atMs } of page) count(reason, atMs)
  return { parked: [...found.values()], unreadable }
}

const parkedOf = ({ parked = {}, nextAtMs = {} }: LastSweep): readonly ParkedReason[] =>
  Object.entries(parked).map(([reason, count]) => ({
    reason,
    count,
    ...present({ nextAtMs: nextAtMs[reason] }),
  }))

const totals = (days: readonly DayCounts[], startedNow: number): Overview['today'] => {
  const sum: Partial<Record<CountedAs, number>> = {}
  for (const { counts } of days)
    for (const [name, count] of Object.entries(counts) as [CountedAs, number][])
      sum[name] = (sum[name] ?? 0) + count
  return startedNow === 0 ? sum : { ...sum, STARTED: (sum.STARTED ?? 0) + startedNow }
}

/**
 * Returns what the stack is doing. Reads the runs in flight, the counts of the day, the breakers, the pauses and the last
 * sweep; its cost grows with the runs in flight, not with the table or the backlog.
 * @param isExact count the parked records themselves, instead of taking the count of the last sweep
 * @throws PortUnavailable when the table does not answer
 */
export const overviewOf = async (
  ports: OverviewPorts,
  nowMs: number,
  {
    isExact = false,
    domainIds = [],
  }: { readonly isExact?: boolean; readonly domainIds?: readonly string[] } = {},
): Promise<Overview> => {
  const today = dayOf(nowMs)
  const [work, days, breakers, known, lastSweep] = await Promise.all([
    readWork(ports.store),
    ports.counts.ofDay(today),
    ports.breakers.openBreakers(),
    ports.counts.domains(),
    ports.sweeps.last(),
  ])
  const domains = [...new Set([...known, ...domainIds, ...work.runs.map(({ subject }) => subject.domainId)])]
  const pauses = (await Promise.all(domains.map((domainId) => ports.pauses.pausesOf(domainId)))).flat()
  const isCounted = lastSweep?.parked !== undefined && !isExact
  const exact = isCounted ? undefined : await countParked(ports.store, nowMs)
  const inState = (state: Run['state']) => work.runs.filter((run) => run.state === state).length
  const startedNow = work.runs.filter(
    (run) => run.state === 'IN_FLIGHT' && dayOf(run.startedAtMs) === today,
  ).length
  return {
    inFlight: inState('IN_FLIGHT'),
    claimed: inState('CLAIMED'),
    unannounced: inState('ENDED'),
    parked: (exact?.parked ?? (lastSweep === undefined ? [] : parkedOf(lastSweep))).toSorted(
      (left, right) => right.count - left.count,
    ),
    parkedAtMs: exact === undefined && lastSweep !== undefined ? lastSweep.startedAtMs : nowMs,
    today: totals(days, startedNow),
    byProject: days,
    breakers,
    pauses,
    ...present({ lastSweep }),
    unreadable: work.unreadable + (exact?.unreadable ?? 0),
  }
}
