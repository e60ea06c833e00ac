import type { ParkedRun, Run } from '../../lib/run/run.ts'
import { endings } from '../../lib/run/run.ts'
import type { Overview, RunRow, Spread } from '../shared/protocol.ts'
import { concernsOf } from './concerns.ts'
import type { OperatorState } from './operator-state.ts'
import { percentile } from './series.ts'
import { waitingGroups } from './waiting-groups.ts'

/** The state that an overview is built from. */
export interface OverviewSource extends OperatorState {
  readonly nowMs: number
  readonly open: readonly Run[]
  readonly unreadable: number
  readonly rows: Iterable<RunRow>
  readonly startQuotaPerSecond: number
  /** From the ending at DataZone to its detection, in ms, of recent runs. */
  readonly latenesses?: readonly number[]
  readonly reads: Overview['reads']
  readonly held: Overview['held']
}

const minuteMs = 60_000
const recentMs = 10 * minuteMs
const startsMs = 60_000

const spreadOf = (values: readonly number[]): Spread | undefined => {
  const sorted = values.toSorted((left, right) => left - right)
  const [median, p95] = [percentile(sorted, 0.5), percentile(sorted, 0.95)]
  return median === null || p95 === null ? undefined : { median, p95, count: sorted.length }
}

const isParked = (run: Run): run is ParkedRun => run.state === 'PARKED'

/** Counts of the rows that changed a short while ago. */
const recentCounts = (rows: Iterable<RunRow>, nowMs: number) => {
  const recent: Record<string, number> = {}
  const queued: number[] = []
  const running: number[] = []
  let starts = 0
  for (const { status, createdAtMs, startedAtMs, detectedAtMs } of rows) {
    if (startedAtMs !== undefined && startedAtMs > nowMs - startsMs) starts += 1
    if (startedAtMs !== undefined && createdAtMs !== undefined && startedAtMs > nowMs - recentMs)
      queued.push(Math.max(0, startedAtMs - createdAtMs))
    if (detectedAtMs === undefined) continue
    if (detectedAtMs <= nowMs - recentMs) continue
    recent[status] = (recent[status] ?? 0) + 1
    if (startedAtMs !== undefined) running.push(Math.max(0, detectedAtMs - startedAtMs))
  }
  return { recent, queued, running, starts }
}

const spreads = (values: Readonly<Record<'queued' | 'running' | 'lateness', readonly number[]>>) =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, of]) => {
      const spread = spreadOf(of)
      return spread === undefined ? [] : [[name, spread]]
    }),
  )

/** The state of the whole stack, from what was read. */
export const overviewOf = (source: OverviewSource): Overview => {
  const { nowMs, open, breakers, pauses, queues, quotas } = source
  const parked = open.filter(isParked)
  const count = (state: Run['state']) => open.filter((run) => run.state === state).length
  const { recent, queued, running, starts } = recentCounts(source.rows, nowMs)
  const oldest = parked.reduce((least, { request }) => Math.min(least, request.requestedAtMs), nowMs)
  const due = parked.filter(({ retryAtMs }) => retryAtMs <= nowMs).map(({ retryAtMs }) => retryAtMs)
  return {
    atMs: nowMs,
    inFlight: count('IN_FLIGHT'),
    claimed: count('CLAIMED'),
    planned: count('PLANNED'),
    unannounced: count('ENDED'),
    parked: Object.fromEntries(
      [...Map.groupBy(parked, ({ reason }) => reason)].map(([reason, runs]) => [reason, runs.length]),
    ),
    ...(parked.length === 0 ? {} : { oldestWaitingSinceMs: oldest }),
    ...(due.length === 0 ? {} : { oldestDueAtMs: due.reduce((least, at) => Math.min(least, at)) }),
    startsPerSecond: starts / (startsMs / 1000),
    startQuotaPerSecond: source.startQuotaPerSecond,
    endingsPerMinute: Object.fromEntries(
      endings.map((kind) => [kind, ((recent[kind] ?? 0) * minuteMs) / recentMs]),
    ),
    endingsToday: source.endingsToday,
    ...spreads({ queued, running, lateness: source.latenesses ?? [] }),
    ...(source.lastSweepAtMs === undefined ? {} : { lastSweepAtMs: source.lastSweepAtMs }),
    quotas,
    breakers,
    pauses,
    queues,
    concerns: concernsOf(source, recent),
    waiting: waitingGroups(parked, { breakers, pauses }),
    unreadable: source.unreadable,
    reads: source.reads,
    held: source.held,
  }
}
