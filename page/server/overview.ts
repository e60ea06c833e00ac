import type { ParkedRun, Run } from '../../lib/run/run.ts'
import { endings } from '../../lib/run/run.ts'
import type { Concern, Overview, QueueLine, RunRow, Spread } from '../shared/protocol.ts'
import type { OperatorState } from './operator-state.ts'
import { percentile } from './series.ts'
import { waitingGroups } from './waiting-groups.ts'

/** What an overview is made of. */
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
  const perMinute: Record<string, number> = {}
  const queued: number[] = []
  const running: number[] = []
  let starts = 0
  for (const { status, createdAtMs, startedAtMs, detectedAtMs } of rows) {
    if (startedAtMs !== undefined && startedAtMs > nowMs - startsMs) starts += 1
    if (startedAtMs !== undefined && createdAtMs !== undefined && startedAtMs > nowMs - recentMs)
      queued.push(Math.max(0, startedAtMs - createdAtMs))
    if (detectedAtMs === undefined) continue
    if (detectedAtMs <= nowMs - recentMs) continue
    perMinute[status] = (perMinute[status] ?? 0) + minuteMs / recentMs
    if (startedAtMs !== undefined) running.push(Math.max(0, detectedAtMs - startedAtMs))
  }
  return { perMinute, queued, running, starts }
}

const failedShare = 0.2
const fewest = 5

const queueConcerns = (queues: readonly QueueLine[]): readonly Concern[] =>
  queues
    .filter(({ name, waiting }) => name !== 'request queue' && waiting > 0)
    .map(({ name, waiting }) =>
      name === 'rejected'
        ? {
            severity: 'warning',
            title: `${waiting} rejected requests`,
            detail: 'their senders have to fix them; the Waiting view shows the reasons',
            href: '/waiting#rejected',
          }
        : {
            severity: 'critical',
            title: `${waiting} messages in ${name}`,
            detail: 'code failed on them; fix the cause, then redrive',
            href: '/waiting#dead',
          },
    )

const quotaConcerns = (quotas: Overview['quotas']): readonly Concern[] =>
  quotas
    .filter(({ used, limit }) => limit > 0 && used >= 0.9 * limit)
    .map(({ name, used, limit }) => ({
      severity: used >= limit ? 'critical' : 'warning',
      title: `${name}: ${Math.floor((100 * used) / limit)}% used`,
      detail: `${used} of ${limit}`,
    }))

/** What an alarm of a deployed stack would report now. */
const concernsOf = (
  source: OverviewSource,
  perMinute: Readonly<Record<string, number>>,
): readonly Concern[] => {
  const total = Object.values(perMinute).reduce((sum, count) => sum + count, 0) * (recentMs / minuteMs)
  const bad =
    ['FAILED', 'TIMED_OUT', 'LOST'].reduce((sum, kind) => sum + (perMinute[kind] ?? 0), 0) *
    (recentMs / minuteMs)
  const { breakers, queues, quotas, unreadable, open, nowMs } = source
  const unannounced = open.filter((run) => run.state === 'ENDED' && run.detectedAtMs < nowMs - 5 * minuteMs)
  return [
    ...breakers.map(
      ({ name }): Concern => ({
        severity: 'critical',
        title: `breaker open: ${name}`,
        detail: 'DataZone refuses these calls; one probe at a time tests it',
        href: '/waiting',
      }),
    ),
    ...queueConcerns(queues),
    ...quotaConcerns(quotas),
    ...(total >= fewest && bad / total > failedShare
      ? [
          {
            severity: 'warning' as const,
            title: `${Math.round((100 * bad) / total)}% of the last endings failed`,
            detail: `${Math.round(bad)} of ${Math.round(total)} in ten minutes`,
            href: '/runs?status=FAILED,TIMED_OUT,LOST',
          },
        ]
      : []),
    ...(unannounced.length > 0
      ? [
          {
            severity: 'critical' as const,
            title: `${unannounced.length} endings not announced`,
            detail: 'the run bus has not accepted their events for five minutes',
          },
        ]
      : []),
    ...(source.lastSweepAtMs !== undefined && source.lastSweepAtMs < nowMs - 5 * minuteMs
      ? [
          {
            severity: 'critical' as const,
            title: 'no sweep for five minutes',
            detail: 'the schedule or the poller stands still; what waits is not released',
          },
        ]
      : []),
    ...(unreadable > 0
      ? [
          {
            severity: 'critical' as const,
            title: `${unreadable} records cannot be read`,
            detail: 'damaged, or written by a newer version; dzrun doctor names them',
          },
        ]
      : []),
  ]
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
  const { perMinute, queued, running, starts } = recentCounts(source.rows, nowMs)
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
    endingsPerMinute: Object.fromEntries(endings.map((kind) => [kind, perMinute[kind] ?? 0])),
    endingsToday: source.endingsToday,
    ...spreads({ queued, running, lateness: source.latenesses ?? [] }),
    ...(source.lastSweepAtMs === undefined ? {} : { lastSweepAtMs: source.lastSweepAtMs }),
    quotas,
    breakers,
    pauses,
    queues,
    concerns: concernsOf(source, perMinute),
    waiting: waitingGroups(parked, { breakers, pauses }),
    unreadable: source.unreadable,
    reads: source.reads,
    held: source.held,
  }
}
