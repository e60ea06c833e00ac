import type { Context } from 'aws-lambda'
import type { CapUsage } from '../lib/ports/cap-usage.ts'
import type { Policies } from '../lib/ports/policies.ts'
import type { DeployedSettings, SweepLog } from '../lib/ports/sweep-log.ts'
import type { Cap } from '../lib/run/caps.ts'
import { present } from '../lib/run/present.ts'
import type { ParkReason } from '../lib/run/run.ts'
import { type AdvanceContext, advanceBackfills } from '../lib/usecases/sweep/advance-backfills.ts'
import { quotaUsedPercent } from '../lib/usecases/sweep/quota-used.ts'
import { type SweepContext, type SweepReport, sweepRuns } from '../lib/usecases/sweep/sweep-runs.ts'
import { metricName, reportUnrecognized, type Telemetry } from './telemetry.ts'

/** Time kept back from the function's timeout, in ms, for calls in progress. */
const marginMs = 8000

/** A log line names at most this many problems; the metrics count all of them. */
const maxNamed = 20

/** `dzrun status` shows at most this many problems of the last sweep. */
const maxShown = 3

/** Park reasons that end by themselves within minutes, unless no run can start at all. */
const startableReasons: readonly ParkReason[] = ['PACED', 'THROTTLED', 'UNAVAILABLE', 'LEASE_EXPIRED']

/** What one invocation did: its sweep, and how many backfill requests it sent afterwards. */
export type PollerReport = SweepReport & { readonly backfilled: number }

interface PollerParts {
  readonly settings: SweepContext['settings']
  readonly ports: Omit<SweepContext & AdvanceContext, 'settings' | 'deadlineMs'>
  readonly telemetry: Telemetry
  /** Where the sweep is recorded. Absent: `dzrun status` shows no last sweep. */
  readonly log?: SweepLog
  /** Has the caps in force, which are recorded with the sweep for `dzrun quota`. */
  readonly policies?: Policies
  /** Recorded with the sweep for `dzrun backfill plan`. */
  readonly deployed?: DeployedSettings
  /** Read with the caps in force for the metric `quota-used-percent`. */
  readonly capUsage?: CapUsage
}

/** Returns the caps in force, or undefined when the table does not answer: the sweep cannot be recorded then either. */
const capsInForce = async (policies: Policies | undefined): Promise<readonly Cap[] | undefined> => {
  if (policies === undefined) return []
  try {
    return (await policies.current()).policy.caps
  } catch {
    return undefined
  }
}

const record = async (
  report: PollerReport,
  startedAtMs: number,
  caps: readonly Cap[] | undefined,
  { settings, ports, log, deployed }: PollerParts,
): Promise<void> => {
  if (log === undefined || caps === undefined) return
  const { due, announced, released, outOfTime, problems, unreadable, parked, nextAtMs } = report
  await log.record({
    startedAtMs,
    tookMs: ports.clock.now() - startedAtMs,
    mode: settings.mode,
    ...deployed,
    caps,
    due,
    announced,
    released,
    outOfTime,
    unreadable: unreadable.length,
    problems: problems.slice(0, maxShown).map((problem) => problem.slice(0, 200)),
    ...present({ parked, nextAtMs }),
  })
}

/** Best effort: the sweep is done, and the next sweep measures again. */
const noteQuota = async (
  caps: readonly Cap[] | undefined,
  { ports, telemetry, capUsage }: PollerParts,
): Promise<void> => {
  if (caps === undefined || capUsage === undefined) return
  try {
    const percent = await quotaUsedPercent(caps, capUsage, ports.clock.now())
    if (percent !== undefined) telemetry.count('quota-used-percent', percent)
  } catch {
    telemetry.warn('Failed to read the counters of caps', {})
  }
}

const noteParked = (parked: PollerReport['parked'], telemetry: Telemetry): void => {
  if (parked === undefined) return
  for (const [reason, count] of Object.entries(parked)) telemetry.count(metricName('parked', reason), count)
  const waiting = startableReasons.reduce((sum, reason) => sum + (parked[reason] ?? 0), 0)
  telemetry.count('waiting-for-start', waiting)
}

const note = (report: PollerReport, telemetry: Telemetry): void => {
  noteParked(report.parked, telemetry)
  telemetry.count('sweep-due', report.due)
  telemetry.count('runs-in-flight', report.inFlight)
  telemetry.count('sweep-announced', report.announced)
  telemetry.count('sweep-owed-seconds', report.owedSeconds)
  telemetry.count('sweep-released', report.released)
  if (report.backfilled > 0) telemetry.count('sweep-backfilled', report.backfilled)
  telemetry.count('sweep-problems', report.problems.length)
  telemetry.count('sweep-denied', report.denied)
  telemetry.count('sweep-read-without-list', report.readWithoutList)
  telemetry.count('sweep-unreadable', report.unreadable.length)
  for (const [ending, count] of Object.entries(report.ended)) {
    telemetry.count(metricName('run', ending), count)
  }
  reportUnrecognized(report.unrecognized, telemetry)
  const line = {
    report: {
      ...report,
      unreadable: report.unreadable.slice(0, maxNamed),
      problems: report.problems.slice(0, maxNamed),
    },
  }
  if (report.unreadable.length > 0) telemetry.error('Sweep found unreadable records', line)
  else if (report.problems.length > 0) telemetry.warn('Sweep finished with problems', line)
  else telemetry.info('Sweep finished', line)
}

/** Runs one sweep for a scheduled invocation, then sends the next requests of the applied backfills. */
export const pollerHandler = (parts: PollerParts) => {
  const { settings, ports, telemetry } = parts

  return async (
    _event: unknown,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<PollerReport> => {
    const startedAtMs = ports.clock.now()
    const deadlineMs = startedAtMs + context.getRemainingTimeInMillis() - marginMs
    const sweep = await sweepRuns({ ...ports, settings, deadlineMs })
    const { requested, problems } = await advanceBackfills(sweep.parked, { ...ports, settings, deadlineMs })
    const report = { ...sweep, backfilled: requested, problems: [...sweep.problems, ...problems] }
    note(report, telemetry)
    const caps = await capsInForce(parts.policies)
    await noteQuota(caps, parts)
    await record(report, startedAtMs, caps, parts)
    return report
  }
}
